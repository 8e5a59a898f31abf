package com.liferay.lab.portal;

import com.liferay.portal.kernel.log.Log;
import com.liferay.portal.kernel.log.LogFactoryUtil;
import com.liferay.portal.kernel.util.ReleaseInfo;

/** The stand-in portal from start to stop; used by the web application and by the upgrade client's second JVM. */
class Portal {

    static Portal init() throws Exception {
        return new Portal(CoreWiring.init());
    }

    private Portal(CoreWiring wiring) {
        this.wiring = wiring;
        database = new CoreDatabase(wiring);
    }

    /** A normal start: schema, check, verify phase, modules. */
    void start() throws Exception {
        _log.info("Starting " + ReleaseInfo.getReleaseInfo());

        database.createIfEmpty();
        database.check();
        database.verify();
        startModules();
    }

    void startModules() throws Exception {
        framework = ModuleFrameworks.load(wiring.home);
        framework.start(wiring.home);
        framework.milestone("database.initialized");
        framework.milestone("portal.initialized");
        framework.milestone("portlets.initialized");
    }

    /** Stops what was started; a part that fails to stop does not keep the others from it. */
    void stop() {
        if (framework != null) {
            _quietly("module framework", framework::stop);
        }

        closeDatabase();
    }

    /** Leaves the module framework as it is: what still runs there ends with the JVM. */
    void closeDatabase() {
        _quietly("database", wiring.dataSource::shutdown);
        _quietly("home's lock", wiring.lock::release);
    }

    private void _quietly(String what, Step step) {
        try {
            step.run();
        }
        catch (Exception exception) {
            _log.error("Unable to stop the " + what, exception);
        }
    }

    private interface Step {

        void run() throws Exception;

    }

    private static final Log _log = LogFactoryUtil.getLog(Portal.class);

    final CoreDatabase database;
    ModuleFramework framework;
    final CoreWiring wiring;

}
