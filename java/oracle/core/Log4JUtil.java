package com.liferay.portal.log4j;

import java.net.URL;

/** STUB: the class of 7.4, which is not on Maven Central. The real one reads the release's logging configuration. */
public final class Log4JUtil {

    private Log4JUtil() {
    }

    public static void configureLog4J(ClassLoader classLoader) {
    }

    public static void configureLog4J(URL url) {
    }
}
