package com.liferay.lab.portal;

import com.liferay.portal.kernel.service.ReleaseLocalServiceUtil;
import com.liferay.portal.tools.DBUpgrader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * Runs the real core code of the release on the class path on one database, without module framework and Spring
 * context, and says what it did to table Release_. In the lab's package, because it takes the lab's stand-ins.
 *
 * "create URL FILE": the real ReleaseLocalServiceImpl.createTablesAndPopulate() of 7.1 and 7.2 (it is empty in 7.3 and
 * gone in 7.4), then the statements of FILE. "upgrade URL": the real DBUpgrader.upgrade(), in 7.4 upgradePortal(), to
 * the point where steps, indexes and build information are done.
 *
 * Output, tab-separated: "before" and "after" with schema version, build number and state_ of the core's row. Between
 * them, in order, "row" with servletContextName and schema version of each row that was added or got a version; the
 * core's row, "portal", gets one after each step (HSQLDB only).
 */
public final class CoreUpgrade {

    private CoreUpgrade() {
    }

    public static void main(String[] arguments) {
        // Threads of some releases, and of an OSGi framework, keep the JVM alive.
        try {
            run(arguments);
            System.exit(0);
        } catch (Throwable thrown) {
            thrown.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        try (Database database = new Database(arguments[1])) {
            CoreServices.wire(database.dataSource());
            if (arguments[0].equals("create")) {
                method(ReleaseLocalServiceUtil.class, "createTablesAndPopulate").invoke(null);
                // Not every driver takes several statements at once.
                database.execute(new String(Files.readAllBytes(Paths.get(arguments[2])), "UTF-8").split(";\\s*\n"));
            } else {
                upgrade(database);
            }
        }
    }

    private static void upgrade(Database database) throws Exception {
        String before = database.coreRow();
        database.watch();
        try {
            method(DBUpgrader.class, "upgradePortal", "upgrade").invoke(null);
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof CoreServices.CoreIsDone)) {
                throw thrown;
            }
        }
        System.out.print("before\t" + before + database.watched() + "after\t" + database.coreRow());
    }

    /** The first of these public methods without parameters that the release has. */
    private static Method method(Class<?> type, String... names) throws NoSuchMethodException {
        for (String name : names) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == 0) {
                    return method;
                }
            }
        }
        throw new NoSuchMethodException(type + ": " + String.join(", ", names));
    }
}
