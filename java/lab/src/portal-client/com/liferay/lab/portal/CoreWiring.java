package com.liferay.lab.portal;

import com.liferay.portal.kernel.dao.db.DBManagerUtil;
import com.liferay.portal.kernel.util.InfrastructureUtil;
import com.liferay.portal.service.impl.ReleaseLocalServiceImpl;
import com.liferay.portal.spring.hibernate.DialectDetector;
import com.liferay.portal.util.InitUtil;
import com.liferay.portal.util.PropsUtil;
import com.liferay.registry.BasicRegistryImpl;
import com.liferay.registry.RegistryUtil;

import java.io.File;

/** Brings Liferay's real core classes up without a Spring context: what Spring would inject is set by hand here. */
class CoreWiring {

    static CoreWiring init() throws Exception {
        RegistryUtil.setRegistry(new BasicRegistryImpl());
        InitUtil.init();

        File home = new File(PropsUtil.get("liferay.home")).getCanonicalFile();
        Trouble.read(home);

        return new CoreWiring(home);
    }

    private CoreWiring(File home) throws Exception {
        this.home = home;
        lock = HomeLock.acquire(home);
        new File(home, "data/hypersonic").mkdirs();

        dataSource = new LabDataSource();
        counters = new Counters(dataSource);
        release = new ReleaseLocalServiceImpl();

        new InfrastructureUtil().setDataSource(dataSource);
        _wireRelease();
        _wireServices();
        _wireUtilities();

        // Last, since it opens the database: what fails before leaves no embedded database open.
        DBManagerUtil.setDB(DialectDetector.getDialect(dataSource), dataSource);
    }

    private void _wireRelease() throws Exception {
        Stubs.set(release, "releaseLocalService", release);
        Stubs.set(release, "releasePersistence", new ReleaseRows(dataSource).persistence());
        Stubs.set(release, "counterLocalService", counters.counterService());
        Stubs.setStatic("com.liferay.portal.kernel.service.ReleaseLocalServiceUtil", "_service", release);
        Stubs.setStatic("com.liferay.portal.events.StartupHelperUtil", "_startupHelper", new LabStartupHelper());
    }

    private void _wireServices() throws Exception {
        String kernel = "com.liferay.portal.kernel.";

        Stubs.setStatic(
            "com.liferay.counter.kernel.service.CounterLocalServiceUtil", "_service", counters.counterService());
        Stubs.setStatic(kernel + "service.ClassNameLocalServiceUtil", "_service", counters.classNameService());
        Stubs.setStatic(
            kernel + "service.ResourceActionLocalServiceUtil", "_service",
            Stubs.idle(kernel + "service.ResourceActionLocalService"));
        Stubs.setStatic(
            kernel + "service.CompanyLocalServiceUtil", "_service", Stubs.idle(kernel + "service.CompanyLocalService"));
        Stubs.setStatic(
            kernel + "security.permission.ResourceActionsUtil", "_resourceActions",
            Stubs.idle(kernel + "security.permission.ResourceActions"));
        Stubs.setStatic(
            kernel + "dao.jdbc.AutoBatchPreparedStatementUtil", "_portalExecutorManager", new Pools());
    }

    private void _wireUtilities() throws Exception {
        String[][] utilities = {
            {"util.PortalUtil", "_portal", "util.PortalImpl"}, {"util.FileUtil", "_file", "util.FileImpl"},
            {"xml.SAXReaderUtil", "_saxReader", "xml.SAXReaderImpl"},
            {"json.JSONFactoryUtil", "_jsonFactory", "json.JSONFactoryImpl"},
            {"util.FastDateFormatFactoryUtil", "_fastDateFormatFactory", "util.FastDateFormatFactoryImpl"},
            {"util.DigesterUtil", "_digester", "util.DigesterImpl"}, {"util.HtmlUtil", "_html", "util.HtmlImpl"},
            {"util.HttpUtil", "_http", "util.HttpImpl"},
            {"upgrade.util.UpgradeTableFactoryUtil", "_upgradeTableFactory",
                "upgrade.util.DefaultUpgradeTableFactoryImpl"},
            {"uuid.PortalUUIDUtil", "_portalUUID", "uuid.PortalUUIDImpl"},
            {"util.LocalizationUtil", "_localization", "util.LocalizationImpl"},
            {"language.LanguageUtil", "_language", "language.LanguageImpl"},
            {"util.FriendlyURLNormalizerUtil", "_friendlyURLNormalizer", "util.FriendlyURLNormalizerImpl"}
        };

        for (String[] utility : utilities) {
            Stubs.setStatic(
                "com.liferay.portal.kernel." + utility[0], utility[1], Stubs.create("com.liferay.portal." + utility[2]));
        }

        Stubs.setStatic(
            "com.liferay.portal.kernel.portlet.PortletPreferencesFactoryUtil", "_portletPreferencesFactory",
            Stubs.create("com.liferay.portlet.PortletPreferencesFactoryImpl"));
    }

    final Counters counters;
    final LabDataSource dataSource;
    final File home;
    final HomeLock lock;
    final ReleaseLocalServiceImpl release;

}
