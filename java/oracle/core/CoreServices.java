package com.liferay.lab.portal;

import com.liferay.portal.kernel.dao.db.DBManagerUtil;
import com.liferay.portal.kernel.util.InfrastructureUtil;
import com.liferay.portal.service.impl.ReleaseLocalServiceImpl;
import com.liferay.portal.spring.hibernate.DialectDetector;
import com.liferay.portal.util.InitUtil;
import javax.sql.DataSource;

/** What Spring would wire, by hand, for releases from 7.1 to 7.4: a class that a release does not have is left out. */
final class CoreServices {

    private static final String KERNEL = "com.liferay.portal.kernel.";

    /** Kernel class, its field, the real implementation. */
    private static final String[][] UTILITIES = {
        {"util.PortalUtil", "_portal", "com.liferay.portal.util.PortalImpl"},
        {"util.FileUtil", "_file", "com.liferay.portal.util.FileImpl"},
        {"uuid.PortalUUIDUtil", "_portalUUID", "com.liferay.portal.uuid.PortalUUIDImpl"},
        {"xml.SAXReaderUtil", "_saxReader", "com.liferay.portal.xml.SAXReaderImpl"},
    };

    private CoreServices() {
    }

    /** The upgrade has done what concerns the core's tables; what follows needs the services of a whole portal. */
    static final class CoreIsDone extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    static void wire(DataSource dataSource) throws Exception {
        if (has("com.liferay.registry.BasicRegistryImpl")) {
            Class.forName("com.liferay.registry.RegistryUtil").getMethod(
                "setRegistry", Class.forName("com.liferay.registry.Registry")
            ).invoke(null, Stubs.create("com.liferay.registry.BasicRegistryImpl"));
        }
        InitUtil.init();
        new InfrastructureUtil().setDataSource(dataSource);
        DBManagerUtil.setDB(DialectDetector.getDialect(dataSource), dataSource);
        for (String[] utility : UTILITIES) {
            set(KERNEL + utility[0], utility[1], Stubs.create(utility[2]));
        }
        release(dataSource);
        services(dataSource);
    }

    private static void release(DataSource dataSource) throws Exception {
        ReleaseLocalServiceImpl release = new ReleaseLocalServiceImpl();
        // STUB: the lab's plain JDBC in place of Hibernate.
        Stubs.set(release, "releasePersistence", new ReleaseRows(dataSource).persistence());
        set(KERNEL + "service.ReleaseLocalServiceUtil", "_service", release);
        if (has("com.liferay.portal.events.StartupHelper")) {
            set("com.liferay.portal.events.StartupHelperUtil", "_startupHelper",
                Stubs.create("com.liferay.portal.events.StartupHelper"));
        }
    }

    private static void services(DataSource dataSource) throws Exception {
        // STUB: the lab's plain JDBC on the tables Counter and ClassName_, because these services need Spring.
        Counters counters = new Counters(dataSource);
        set("com.liferay.counter.kernel.service.CounterLocalServiceUtil", "_service", counters.counterService());
        set(KERNEL + "service.ClassNameLocalServiceUtil", "_service", counters.classNameService());
        // STUB: 7.3 and 7.4 call it when steps, indexes and build information are done; 7.2 has returned by then.
        set(KERNEL + "service.ResourceActionLocalServiceUtil", "_service", Stubs.proxy(
            KERNEL + "service.ResourceActionLocalService", (self, method, arguments) -> {
                throw new CoreIsDone();
            }));
        // STUB: the lab's pool; the real one needs OSGi. 7.1 has other threads, and creating a schema needs none.
        if (has("com.liferay.petra.concurrent.ThreadPoolHandlerAdapter")) {
            set(KERNEL + "dao.jdbc.AutoBatchPreparedStatementUtil", "_portalExecutorManager", new Pools());
        }
    }

    private static boolean has(String name) {
        try {
            Class.forName(name, false, CoreServices.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    private static void set(String type, String field, Object value) throws Exception {
        Stubs.setStatic(type, field, value);
    }
}
