package com.liferay.lab.portal;

import com.liferay.portal.kernel.dao.db.DBManagerUtil;
import com.liferay.portal.kernel.util.InfrastructureUtil;
import com.liferay.portal.service.impl.ReleaseLocalServiceImpl;
import com.liferay.portal.spring.hibernate.DialectDetector;
import com.liferay.portal.util.InitUtil;
import com.liferay.portal.util.PropsUtil;

import java.io.File;

/** Brings Liferay's real core classes up without a Spring context: what Spring would inject is set by hand here. */
class CoreWiring {

    static CoreWiring init() throws Exception {
        Line.beforeProperties();
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
    }

    private void _wireServices() throws Exception {
        String kernel = "com.liferay.portal.kernel.";

        Stubs.setStatic(
            "com.liferay.counter.kernel.service.CounterLocalServiceUtil", "_service", counters.counterService());
        Stubs.setStatic(kernel + "service.ClassNameLocalServiceUtil", "_service", counters.classNameService());
        Stubs.setStatic(
            kernel + "service.CompanyLocalServiceUtil", "_service", Stubs.idle(kernel + "service.CompanyLocalService"));
        Stubs.setStatic(
            kernel + "dao.jdbc.AutoBatchPreparedStatementUtil", "_portalExecutorManager", new Pools());
    }

    private void _wireUtilities() throws Exception {
        for (String[] utility : Line.UTILITIES) {
            Stubs.setStatic(
                "com.liferay.portal.kernel." + utility[0], utility[1], Stubs.create("com.liferay.portal." + utility[2]));
        }

        Line.wire();
    }

    final Counters counters;
    final LabDataSource dataSource;
    final File home;
    final HomeLock lock;
    final ReleaseLocalServiceImpl release;

}
