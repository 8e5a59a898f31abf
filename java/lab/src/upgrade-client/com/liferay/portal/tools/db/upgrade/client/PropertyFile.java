package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Properties;

/** One of the client's three property files; each is written again on every run, which loses comments. */
class PropertyFile {

    PropertyFile(File folder, String name) throws IOException {
        _file = new File(folder, name);

        if (_file.exists()) {
            try (InputStream in = Files.newInputStream(_file.toPath())) {
                properties.load(in);
            }
        }
    }

    boolean lacks(String key) {
        String value = properties.getProperty(key);

        return (value == null) || value.isEmpty();
    }

    /** Asks on the terminal when the key is missing. */
    void require(Terminal terminal, String key, String otherwise) throws IOException {
        if (lacks(key)) {
            properties.setProperty(key, terminal.ask("Please enter " + key + " (" + otherwise + "): ", otherwise));
        }
    }

    String get(String key) {
        return properties.getProperty(key, "");
    }

    void write() throws IOException {
        try (OutputStream out = Files.newOutputStream(_file.toPath())) {
            properties.store(out, null);
        }
    }

    final Properties properties = new Properties();

    private final File _file;

}
