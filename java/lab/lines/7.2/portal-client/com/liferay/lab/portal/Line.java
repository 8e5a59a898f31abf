package com.liferay.lab.portal;

import com.liferay.portal.events.StartupHelperUtil;
import com.liferay.portal.kernel.dao.db.DB;
import com.liferay.portal.kernel.util.ReleaseInfo;
import com.liferay.portal.tools.DBUpgrader;
import com.liferay.registry.BasicRegistryImpl;
import com.liferay.registry.RegistryUtil;

import java.util.Map;

/** What the core of the line 7.2 does in its own way. Each line has such a class of the same name and shape. */
public class Line {

    /** Whether a module without a row is upgraded although others are not. */
    public static final boolean NEW_MODULES_ALWAYS = false;

    /** Whether osgi/portal is installed by the portal itself and not by the watcher of folders (spec/layout-and-artifacts.md 1.2). */
    public static final boolean PORTAL_FOLDER_FIRST = false;

    /** Packages of the logging library for the framework's bundles. */
    public static final String LOG_PACKAGES = "org.apache.log4j;version=1.2.17,org.apache.log4j.spi;version=1.2.17";

    /** Runs the text of an SQL template, as the first table creation of a module does. */
    public static void runTemplate(DB db, String template) throws Exception {
        db.runSQLTemplateString(template, false, true);
    }

    /** Whether pending steps of modules run by themselves: {@code autoUpgrade}, on by default. */
    public static boolean isAutomatic(Map<String, Object> configuration) {
        Object value = configuration.get("autoUpgrade");

        return (value == null) || Boolean.parseBoolean(value.toString());
    }

    /** Whether the core executes batches to which nothing was added. */
    static final boolean EMPTY_BATCHES = false;

    static final String STEPS = "_upgradeProcesses";

    static final String[][] UTILITIES = {
        {"util.PortalUtil", "_portal", "util.PortalImpl"}, {"util.FileUtil", "_file", "util.FileImpl"},
        {"xml.SAXReaderUtil", "_saxReader", "xml.SAXReaderImpl"},
        {"json.JSONFactoryUtil", "_jsonFactory", "json.JSONFactoryImpl"},
        {"util.FastDateFormatFactoryUtil", "_fastDateFormatFactory", "util.FastDateFormatFactoryImpl"},
        {"util.DigesterUtil", "_digester", "util.DigesterImpl"}, {"util.HtmlUtil", "_html", "util.HtmlImpl"},
        {"util.HttpUtil", "_http", "util.HttpImpl"},
        {"upgrade.util.UpgradeTableFactoryUtil", "_upgradeTableFactory", "upgrade.util.DefaultUpgradeTableFactoryImpl"},
        {"uuid.PortalUUIDUtil", "_portalUUID", "uuid.PortalUUIDImpl"},
        {"util.LocalizationUtil", "_localization", "util.LocalizationImpl"},
        {"language.LanguageUtil", "_language", "language.LanguageImpl"},
        {"util.FriendlyURLNormalizerUtil", "_friendlyURLNormalizer", "util.FriendlyURLNormalizerImpl"}
    };

    static void beforeProperties() {
        RegistryUtil.setRegistry(new BasicRegistryImpl());
    }

    static void wire() throws Exception {
        String kernel = "com.liferay.portal.kernel.";

        Stubs.setStatic("com.liferay.portal.events.StartupHelperUtil", "_startupHelper", new LabStartupHelper());
        Stubs.setStatic(
            kernel + "service.ResourceActionLocalServiceUtil", "_service",
            Stubs.idle(kernel + "service.ResourceActionLocalService"));
        Stubs.setStatic(
            kernel + "security.permission.ResourceActionsUtil", "_resourceActions",
            Stubs.idle(kernel + "security.permission.ResourceActions"));
        Stubs.setStatic(
            kernel + "portlet.PortletPreferencesFactoryUtil", "_portletPreferencesFactory",
            Stubs.create("com.liferay.portlet.PortletPreferencesFactoryImpl"));
    }

    static void createSchema(CoreWiring wiring) {
        StartupHelperUtil.setDbNew(true);
        wiring.release.createTablesAndPopulate();
    }

    static boolean upgradesAtStart() {
        return false;
    }

    /** The check of this release: GA1 compares the build number, GA2 the schema version (spec/real-core.md 4). */
    static void check() throws Exception {
        if (ReleaseInfo.getBuildNumber() < _FIRST_WITH_SCHEMA_CHECK) {
            DBUpgrader.checkRequiredBuildNumber(ReleaseInfo.getParentBuildNumber());
        }
        else {
            StartupHelperUtil.verifyRequiredSchemaVersion();
        }
    }

    /** The real verify phase: tests state_, then writes buildNumber, buildDate and verified of the running code. */
    static void verify() throws Exception {
        DBUpgrader.verify();
    }

    static void upgrade() throws Exception {
        DBUpgrader.upgrade();
    }

    /** What the upgrade client's second JVM prints before the modules, and after them. */
    static String[] farewell(long seconds) {
        return new String[] {
            "\nCompleted Liferay core upgrade and verify processes in " + seconds + " seconds\n" +
                "Running modules upgrades. Connect to Gogo shell to check the status.",
            null
        };
    }

    private static final int _FIRST_WITH_SCHEMA_CHECK = 7201;

}
