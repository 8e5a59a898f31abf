package com.liferay.lab.portal;

import java.io.PrintStream;

import org.apache.log4j.AppenderSkeleton;
import org.apache.log4j.Logger;
import org.apache.log4j.spi.LoggingEvent;

/** Copies the log lines of one thread into a Gogo session, as {@code LEVEL - text}. */
public class SessionLog extends AppenderSkeleton {

    /** Runs with the copying on. */
    public static void run(PrintStream session, Runnable runnable) {
        SessionLog appender = new SessionLog(session, Thread.currentThread().getName());

        Logger.getRootLogger().addAppender(appender);

        try {
            runnable.run();
        }
        finally {
            Logger.getRootLogger().removeAppender(appender);
            session.flush();
        }
    }

    @Override
    public void close() {
    }

    @Override
    public boolean requiresLayout() {
        return false;
    }

    @Override
    protected void append(LoggingEvent event) {
        if (event.getThreadName().equals(_thread)) {
            _session.println(event.getLevel() + " - " + event.getRenderedMessage());
        }
    }

    private SessionLog(PrintStream session, String thread) {
        _session = session;
        _thread = thread;
    }

    private final PrintStream _session;
    private final String _thread;

}
