package com.liferay.lab.portal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * What a scenario orders to go wrong, read from [Home]/data/lab/trouble.properties. Each key starts with the release it
 * applies to, for instance {@code 7.2.1.portal.start=500}. A key or value that is not known ends the start.
 */
public class Trouble {

    /** Reads the file below the given home; an absent file means no trouble. */
    public static Trouble read(File home) throws IOException {
        Properties properties = new Properties();
        File file = new File(home, "data/lab/trouble.properties");

        if (file.exists()) {
            try (InputStream in = Files.newInputStream(file.toPath())) {
                properties.load(in);
            }
        }

        Trouble trouble = new Trouble(file, properties);

        _current = trouble;

        return trouble;
    }

    /** The trouble read by this JVM; never null. */
    public static Trouble current() {
        return _current;
    }

    /** Value of a key without its release, or null. */
    public String get(String key) {
        return _values.get(key);
    }

    public boolean is(String key, String value) {
        return value.equals(get(key));
    }

    /** Number behind the colon of a value such as {@code dies-after:5}, or -1 when the value has another name. */
    public int number(String key, String name) {
        String value = get(key);

        if ((value == null) || !value.startsWith(name + ":")) {
            return -1;
        }

        return Integer.parseInt(value.substring(name.length() + 1));
    }

    /** A number that stands alone, such as the seconds of the slow step. */
    public int number(String key, int otherwise) {
        String value = get(key);

        return (value == null) ? otherwise : Integer.parseInt(value);
    }

    /** All keys of this release, without the release. */
    public Iterable<String> keys() {
        return _values.keySet();
    }

    private Trouble(File file, Properties properties) {
        for (String name : properties.stringPropertyNames()) {
            String release = _release(name);

            if (release == null) {
                throw new IllegalArgumentException(
                    "Unknown key \"" + name + "\" in " + file + ": it starts with none of the releases " + _RELEASES);
            }

            String key = name.substring(release.length() + 1);
            String value = properties.getProperty(name).trim();

            if (!_known(key, value)) {
                throw new IllegalArgumentException(
                    "Unknown key or value \"" + name + "=" + value + "\" in " + file);
            }

            if (release.equals(LabRelease.name())) {
                _values.put(key, value);
            }
        }
    }

    private static String _release(String name) {
        for (String release : _RELEASES) {
            if (name.startsWith(release + ".")) {
                return release;
            }
        }

        return null;
    }

    private static boolean _known(String key, String value) {
        for (String[] pair : _KNOWN) {
            if (Pattern.matches(pair[0], key)) {
                return Pattern.matches(pair[1], value);
            }
        }

        return false;
    }

    private static final List<String> _RELEASES = Arrays.asList(
        "7.2.0b", "7.2.0", "7.2.1", "7.3.6", "7.4.3.41");

    private static final String[][] _KNOWN = {
        {"core\\.step\\.[0-9.]+", "fail|hang"},
        {"module\\.[A-Za-z0-9_.]+", "(fail|hang)(:[0-9]+)?|lie"},
        {"portal\\.start", "never|500|error-page|(dies-after|delay):[0-9]+"},
        {"client", "core-behind"},
        {"documents", "missing"},
        {"database", "refuse"},
        {"stop", "hang"},
        {"slow\\.seconds", "[0-9]+"},
        {"bulk\\.rows", "[0-9]+"}
    };

    private static volatile Trouble _current = new Trouble(new File("trouble.properties"), new Properties());

    private final Map<String, String> _values = new HashMap<>();

}
