package com.liferay.lab.portal;

/**
 * Ends the JVM once Tomcat's main thread is gone: a telnet session to the Equinox console that was never negotiated
 * would otherwise keep the JVM alive (spec/test-bed.md 3, pitfall 7). Loads no class after its start, since the web
 * application's class loader is closed by then.
 */
class EndOfServer extends Thread {

    static void watch() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("main")) {
                new EndOfServer(thread).start();
            }
        }
    }

    @Override
    public void run() {
        try {
            _main.join();
            Thread.sleep(_GRACE_MILLIS);
        }
        catch (InterruptedException interruptedException) {
            _runtime.halt(1);
        }

        _runtime.halt(0);
    }

    private EndOfServer(Thread main) {
        super("lab-end-of-server");

        setDaemon(true);
        _main = main;
    }

    private static final long _GRACE_MILLIS = 200;

    private final Thread _main;
    private final Runtime _runtime = Runtime.getRuntime();

}
