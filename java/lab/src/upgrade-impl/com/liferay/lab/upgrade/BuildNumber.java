package com.liferay.lab.upgrade;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Properties;

import org.osgi.framework.Bundle;

/** Service Builder's {@code build.number} out of a bundle's service.properties; 0 when there is none. */
class BuildNumber {

    static int of(Bundle bundle) {
        URL url = bundle.getEntry("service.properties");

        if (url == null) {
            return 0;
        }

        Properties properties = new Properties();

        try (InputStream in = url.openStream()) {
            properties.load(in);
        }
        catch (IOException ioException) {
            throw new IllegalStateException("cannot read " + url, ioException);
        }

        return Integer.parseInt(properties.getProperty("build.number", "0"));
    }

}
