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

            System.out.println(
                "\nCompleted Liferay core upgrade and verify processes in " + seconds + " seconds");
            System.out.println("Running modules upgrades. Connect to Gogo shell to check the status.");

            portal.startModules();
        }
        catch (Throwable throwable) {
            throwable.printStackTrace();

            System.exit(1);
        }
    }

}
