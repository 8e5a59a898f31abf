package com.liferay.lab.portal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which of the lab's releases this JAR belongs to; two of them share one Liferay version. */
public class LabRelease {

    /** {@code 7.2.0}, {@code 7.2.0b}, {@code 7.2.1}, {@code 7.3.6} or {@code 7.4.3.41}. */
    public static String name() {
        return _NAME;
    }

    private static String _read() {
        Properties properties = new Properties();

        try (InputStream in = LabRelease.class.getResourceAsStream("/lab-release.properties")) {
            properties.load(in);
        }
        catch (IOException ioException) {
            throw new IllegalStateException("cannot read lab-release.properties", ioException);
        }

        return properties.getProperty("release");
    }

    private static final String _NAME = _read();

}
