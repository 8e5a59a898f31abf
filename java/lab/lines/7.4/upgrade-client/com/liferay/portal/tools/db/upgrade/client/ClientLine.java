package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.IOException;
import java.util.List;

/** What the client of 7.4 does in its own way (spec/upgrade-internals.md 7, data/real-homes.md). */
class ClientLine {

    /**
     * One processor: the real UpgradeCompanyId of 7.4 works on its tables in parallel, though one is filled from a column
     * that is only added to another. One worker takes them in order.
     */
    static final String[] CHILD_OPTIONS = {"-XX:ActiveProcessorCount=1"};

    static final String GLOBAL_LIBRARIES = "/lib";

    static final String LOG_FILE = "logs/upgrade.log";

    /** The line after which the client reads no more; it is not copied. */
    static final String END = "Exiting DBUpgrader#main(String[]).";

    static final boolean END_IS_COPIED = false;

    /** Behind the client's own JARs, in the order of the newer client. */
    static void add(List<String> paths, File portal, File global, List<File> extra) throws IOException {
        paths.add(new File(portal, "WEB-INF/classes").getPath());
        ClassPath.jars(paths, new File(portal, "WEB-INF/lib"), Integer.MAX_VALUE);
        ClassPath.jars(paths, new File(portal, "WEB-INF/shielded-container-lib"), Integer.MAX_VALUE);
        ClassPath.jars(paths, global, Integer.MAX_VALUE);

        for (File folder : extra) {
            ClassPath.jars(paths, folder, 1);
        }
    }

}
