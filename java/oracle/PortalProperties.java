import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Lets Liferay's own ConfigurationImpl read generated trees of property files.
 *
 * Arguments: a file of cases and a folder to lay them out in. A case: files (name, content) below the folder, of which
 * classes/ is the class path; system properties (name, value); keys. Counts and lengths are big-endian ints. @ in
 * contents and values stands for the folder. LIFERAY_ variables come from the environment. Output for each case: "case";
 * then "failed" and the name of what was thrown, or lines "source" with a URL, and for each key "value" (get), "array" (getArray), "all" (getProperties, as the database's settings are asked for) with
 * texts as hexadecimal UTF-16 units, "-" for none, "!" for what was thrown.
 */
public final class PortalProperties {

    private PortalProperties() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(System.out);
        Path folder = Path.of(arguments[1]);
        DataInputStream input = new DataInputStream(
            new ByteArrayInputStream(Files.readAllBytes(Path.of(arguments[0]))));
        StringBuilder answers = new StringBuilder();
        Properties before = (Properties) System.getProperties().clone();
        while (input.available() > 0) {
            // The same object, because some lookups keep it for good.
            System.getProperties().clear();
            System.getProperties().putAll(before);
            answer(input, folder, answers);
        }
        out.print(answers);
        out.flush();
        System.exit(0);
    }

    private static void answer(DataInputStream input, Path folder, StringBuilder answers) throws Exception {
        clear(folder);
        for (int files = input.readInt(); files > 0; files--) {
            Path file = folder.resolve(text(input));
            Files.createDirectories(file.getParent());
            byte[] content = bytes(input);
            String asText = new String(content, StandardCharsets.ISO_8859_1);
            Files.write(file, asText.replace("@", folder.toString()).getBytes(StandardCharsets.ISO_8859_1));
        }
        System.setProperty("user.home", folder.resolve("user").toString());
        for (int properties = input.readInt(); properties > 0; properties--) {
            String name = text(input);
            System.setProperty(name, text(input).replace("@", folder.toString()));
        }
        List<String> keys = new ArrayList<>();
        for (int count = input.readInt(); count > 0; count--) {
            keys.add(text(input));
        }
        answers.append("case\n");
        URL[] classPath = {folder.resolve("classes").toUri().toURL()};
        ClassLoader shell = PortalProperties.class.getClassLoader();
        try (URLClassLoader loader = new URLClassLoader(classPath, null)) {
            Thread.currentThread().setContextClassLoader(loader);
            Object configuration;
            try {
                Class<?> type = Class.forName("com.liferay.portal.configuration.ConfigurationImpl", true, shell);
                configuration = make(type, loader);
            } catch (Throwable thrown) {
                Throwable cause = thrown;
                while (cause.getCause() != null) {
                    cause = cause.getCause();
                }
                answers.append("failed ").append(cause.getClass().getName()).append('\n');
                return;
            }
            sources(configuration, answers);
            for (String key : keys) {
                answers.append("value ").append(ask(configuration, "get", key)).append('\n');
                answers.append("array ").append(ask(configuration, "getArray", key)).append('\n');
                answers.append("all ").append(ask(configuration, "getProperties", key)).append('\n');
            }
        }
    }

    /** As PropsUtil does for the whole server: 7.2.0 to 7.4 differ in the arguments. */
    private static Object make(Class<?> type, ClassLoader loader) throws Exception {
        try {
            return type.getConstructor(ClassLoader.class, String.class, long.class, String.class).newInstance(
                loader, "portal", 0L, null);
        } catch (NoSuchMethodException other) {
            return type.getConstructor(ClassLoader.class, String.class).newInstance(loader, "portal");
        }
    }

    private static void sources(Object configuration, StringBuilder answers) throws Exception {
        for (Field field : configuration.getClass().getDeclaredFields()) {
            if (field.getName().equals("_classLoaderAggregateProperties")) {
                field.setAccessible(true);
                Object properties = field.get(configuration);
                Method loaded = properties.getClass().getMethod("loadedSources");
                for (Object source : (List<?>) loaded.invoke(properties)) {
                    answers.append("source ").append(source).append('\n');
                }
            }
        }
    }

    private static String ask(Object configuration, String method, String key) {
        Object value;
        try {
            if (method.equals("getProperties")) {
                Object all = configuration.getClass().getMethod(method).invoke(configuration);
                value = ((Properties) all).getProperty(key);
            } else {
                value = configuration.getClass().getMethod(method, String.class).invoke(configuration, key);
            }
        } catch (Throwable thrown) {
            return "!";
        }
        if (value == null) {
            return "-";
        }
        if (value instanceof String) {
            return "." + hexadecimal((String) value);
        }
        StringBuilder all = new StringBuilder();
        for (String element : (String[]) value) {
            all.append('.').append(hexadecimal(element)).append(' ');
        }
        return all.toString().trim();
    }

    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Object path : all.sorted(Comparator.reverseOrder()).toArray()) {
                    Files.delete((Path) path);
                }
            }
        }
        Files.createDirectories(folder.resolve("classes"));
    }

    private static String text(DataInputStream input) throws IOException {
        return new String(bytes(input), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream input) throws IOException {
        byte[] bytes = new byte[input.readInt()];
        input.readFully(bytes);
        return bytes;
    }

    private static String hexadecimal(String text) {
        StringBuilder digits = new StringBuilder();
        for (char unit : text.toCharArray()) {
            digits.append(String.format("%04x", (int) unit));
        }
        return digits.toString();
    }
}
