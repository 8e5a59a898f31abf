package com.liferay.lab.portal;

/**
 * The upgrade client's second JVM. Core upgrade and verify phase are the real DBUpgrader's; the modules follow inside the
 * OSGi framework. Liferay's DBUpgrader.main cannot be used: it needs the Spring context.
 */
public class UpgradeMain {

    public static void main(String[] arguments) {
        try {
            long start = System.currentTimeMillis();
            Portal portal = Portal.init();

            Runtime.getRuntime().addShutdownHook(new Thread(portal::closeDatabase, "lab-upgrade-end"));

            if (!Trouble.current().is("client", "core-behind")) {
                portal.database.upgrade();
                portal.database.verify();
            }

            long seconds = (System.currentTimeMillis() - start) / 1000;

            String[] farewell = Line.farewell(seconds);

            _print(farewell[0]);
            portal.startModules();
            _print(farewell[1]);
        }
        catch (Throwable throwable) {
            throwable.printStackTrace();

            System.exit(1);
        }
    }

    private static void _print(String text) {
        if (text != null) {
            System.out.println(text);
        }
    }

}
