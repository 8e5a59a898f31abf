package com.liferay.lab.portal;

import com.liferay.portal.events.StartupHelperUtil;
import com.liferay.portal.kernel.dao.db.DB;
import com.liferay.portal.kernel.log.Log;
import com.liferay.portal.kernel.log.LogFactoryUtil;
import com.liferay.portal.tools.DBUpgrader;
import com.liferay.portal.util.PropsUtil;

import java.util.Map;

/** What the core of the line 7.4 does in its own way. Each line has such a class of the same name and shape. */
public class Line {

    /** Whether a module without a row is upgraded although others are not (spec/upgrade-internals.md 3.2). */
    public static final boolean NEW_MODULES_ALWAYS = true;

    /** Whether osgi/portal is installed by the portal itself and not by the watcher of folders (spec/layout-and-artifacts.md 1.2). */
    public static final boolean PORTAL_FOLDER_FIRST = true;

    /** Packages of the logging library for the framework's bundles. */
    public static final String LOG_PACKAGES = "org.apache.logging.log4j;version=2.17.1";

    /** Runs the text of an SQL template, as the first table creation of a module does. */
    public static void runTemplate(DB db, String template) throws Exception {
        db.runSQLTemplateString(template, true);
    }

    /** Whether pending steps of modules run by themselves: a portal property, off by default. */
    public static boolean isAutomatic(Map<String, Object> configuration) {
        return upgradesAtStart();
    }

    /** Whether the core executes batches to which nothing was added. */
    static final boolean EMPTY_BATCHES = true;

    static final String STEPS = "_upgradeVersionTreeMap";

    static final String[][] UTILITIES = {
        {"util.PortalUtil", "_portal", "util.PortalImpl"}, {"util.FileUtil", "_file", "util.FileImpl"},
        {"uuid.PortalUUIDUtil", "_portalUUID", "uuid.PortalUUIDImpl"},
        {"xml.SAXReaderUtil", "_saxReader", "xml.SAXReaderImpl"}
    };

    static void beforeProperties() {
    }

    static void wire() throws Exception {
        String service = "com.liferay.portal.kernel.service.ResourceActionLocalService";

        // Called when steps, indexes and build information are done; what follows needs the services of a whole portal.
        Stubs.setStatic(
            service + "Util", "_service",
            Stubs.proxy(
                service,
                (proxy, method, arguments) -> {
                    throw new CoreIsDone();
                }));
    }

    static void createSchema(CoreWiring wiring) {
        throw new IllegalStateException(
            "The database is empty, and the stand-in of this line cannot create the schema (DBInitUtil needs Spring)");
    }

    /** The context listener upgrades before StartupAction checks (read in 52.1.1). */
    static boolean upgradesAtStart() {
        return Boolean.parseBoolean(PropsUtil.get("upgrade.database.auto.run"));
    }

    static void check() throws Exception {
        StartupHelperUtil.verifyRequiredSchemaVersion();
        DBUpgrader.checkReleaseState();
    }

    /** Only the build information of table Release_ is of interest, and the upgrade has written it. */
    static void verify() {
    }

    static void upgrade() throws Exception {
        StartupHelperUtil.setUpgrading(true);

        try {
            DBUpgrader.upgradePortal();
        }
        catch (CoreIsDone coreIsDone) {
            _log.debug(coreIsDone);
        }
        finally {
            StartupHelperUtil.setUpgrading(false);
        }
    }

    /** What the upgrade client's second JVM prints before the modules, and after them. */
    static String[] farewell(long seconds) {
        return new String[] {
            null,
            "\nCompleted Liferay core upgrade process in " + seconds + " seconds\nExiting DBUpgrader#main(String[])."
        };
    }

    private static final Log _log = LogFactoryUtil.getLog(Line.class);

}
