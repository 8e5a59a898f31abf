package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.IOException;
import java.util.List;

/** What the client of 7.2 and 7.3 does in its own way. */
class ClientLine {

    static final String[] CHILD_OPTIONS = {};

    static final String GLOBAL_LIBRARIES = "/lib/ext";

    static final String LOG_FILE = "upgrade.log";

    /** The line after which the client reads no more; it is copied. */
    static final String END = "Running modules upgrades. Connect to Gogo shell to check the status.";

    static final boolean END_IS_COPIED = true;

    /** Behind the client's own JARs, in the order of the 7.2 client (spec/upgrade-internals.md 7.2). */
    static void add(List<String> paths, File portal, File global, List<File> extra) throws IOException {
        ClassPath.jars(paths, global, Integer.MAX_VALUE);

        for (File folder : extra) {
            ClassPath.jars(paths, folder, 1);
        }

        paths.add(new File(portal, "WEB-INF/classes").getPath());
        ClassPath.jars(paths, new File(portal, "WEB-INF/lib"), Integer.MAX_VALUE);
    }

}
