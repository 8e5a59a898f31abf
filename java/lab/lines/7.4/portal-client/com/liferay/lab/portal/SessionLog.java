package com.liferay.lab.portal;

import java.io.PrintStream;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** Copies the log lines of one thread into a Gogo session, as {@code LEVEL - text}. */
public class SessionLog extends AbstractAppender {

    /** Runs with the copying on. */
    public static void run(PrintStream session, Runnable runnable) {
        SessionLog appender = new SessionLog(session, Thread.currentThread().getName());
        Logger root = (Logger)LogManager.getRootLogger();

        appender.start();
        root.addAppender(appender);

        try {
            runnable.run();
        }
        finally {
            root.removeAppender(appender);
            appender.stop();
            session.flush();
        }
    }

    @Override
    public void append(LogEvent event) {
        if (event.getThreadName().equals(_thread)) {
            _session.println(event.getLevel() + " - " + event.getMessage().getFormattedMessage());
        }
    }

    private SessionLog(PrintStream session, String thread) {
        super("lab-session-" + thread, null, null, true, Property.EMPTY_ARRAY);

        _session = session;
        _thread = thread;
    }

    private final PrintStream _session;
    private final String _thread;

}
