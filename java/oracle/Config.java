import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.utils.properties.ConfigurationHandler;
import org.apache.felix.utils.properties.InterpolationHelper;
import org.apache.felix.utils.properties.TypedProperties;

/**
 * Reads configuration files with the readers of the server and prints what arrives at the Configuration Admin.
 *
 * Argument: a file of cases, each one letter for the reader, the length as a big-endian int, and the bytes.
 *
 * F: Felix's file install 3.6.4 as ConfigInstaller uses it, ISO-8859-1, for .config and .cfg.
 * S: the specification of the reader of 7.3 and later, put together from BufferedReader, java.util.regex and Felix's
 * ConfigurationHandler for single values; UTF-8.
 * L, C: Liferay's own TypedProperties and CFGProperties, UTF-8, when the class path has them (they lie in no public
 * Maven repository): com.liferay.portal.file.install.api out of a home's osgi/static.
 *
 * Output, for each case: "ok", "refused" or "hangs"; after "ok" one line per key: the key, its type, its shape
 * and its values, texts as hexadecimal UTF-16 code units, numbers with a point as their bits, separated by tabulators.
 *
 * Variables: the five system properties that main sets; the cases use no other that is set.
 */
public final class Config {

    private static final int LIMIT_IN_SECONDS = 5;

    private Config() {
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("known", "a \"value\"");
        System.setProperty("number", "42");
        System.setProperty("open", "${kno");
        System.setProperty("back", "x\\\\");
        System.setProperty("empty", "");
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        byte[] cases = Files.readAllBytes(Path.of(arguments[0]));
        DataInputStream input = new DataInputStream(new ByteArrayInputStream(cases));
        ExecutorService executor = executor();
        while (input.available() > 0) {
            char reader = (char) input.readByte();
            byte[] bytes = new byte[input.readInt()];
            input.readFully(bytes);
            try {
                out.print(executor.submit(() -> answer(reader, bytes)).get(LIMIT_IN_SECONDS, TimeUnit.SECONDS));
            } catch (TimeoutException endless) {
                out.println("hangs");
                executor = executor();
            }
        }
        out.flush();
        // A reader that hangs cannot be stopped.
        Runtime.getRuntime().halt(0);
    }

    private static ExecutorService executor() {
        return Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        });
    }

    private static String answer(char reader, byte[] bytes) {
        Dictionary<String, Object> accepted;
        Map<String, Object> read;
        try {
            read = read(reader, bytes);
            accepted = accepted(read);
        } catch (Exception | StackOverflowError refused) {
            return "refused\n";
        }
        StringBuilder answer = new StringBuilder("ok\n");
        for (String key : Collections.list(accepted.keys())) {
            answer.append(hexadecimal(key));
            describe(answer, accepted.get(key));
            answer.append('\n');
        }
        return answer.toString();
    }

    private static Map<String, Object> read(char reader, byte[] bytes) throws Exception {
        switch (reader) {
            case 'F':
                return felix(bytes);
            case 'S':
                return specified(reader(bytes, StandardCharsets.UTF_8));
            case 'L':
                return liferay("TypedProperties", reader(bytes, StandardCharsets.UTF_8));
            case 'C':
                return liferay("CFGProperties", reader(bytes, StandardCharsets.UTF_8));
            default:
                throw new IllegalStateException("reader " + reader);
        }
    }

    private static Reader reader(byte[] bytes, Charset charset) {
        return new InputStreamReader(new ByteArrayInputStream(bytes), charset);
    }

    /** What ConfigInstaller.setConfig does with a file that does not begin with a smaller-than sign. */
    private static Map<String, Object> felix(byte[] bytes) throws IOException {
        InterpolationHelper.SubstitutionCallback machine = new InterpolationHelper.BundleContextSubstitutionCallback(null);
        TypedProperties properties = new TypedProperties((name, key, value) -> machine.getValue(value));
        properties.load(reader(bytes, StandardCharsets.ISO_8859_1));
        Map<String, Object> read = new LinkedHashMap<>();
        for (String key : properties.keySet()) {
            read.put(key, properties.get(key));
        }
        return read;
    }

    private static Map<String, Object> liferay(String name, Reader reader) throws Exception {
        Class<?> type = Class.forName("com.liferay.portal.file.install.properties." + name);
        Object properties = type.getConstructor().newInstance();
        try {
            type.getMethod("load", Reader.class).invoke(properties, reader);
            Map<String, Object> read = new LinkedHashMap<>();
            for (Object key : (Iterable<?>) type.getMethod("keySet").invoke(properties)) {
                read.put((String) key, type.getMethod("get", String.class).invoke(properties, key));
            }
            return read;
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Error) {
                throw (Error) thrown.getCause();
            }
            throw (Exception) thrown.getCause();
        }
    }

    private static final Pattern LINE = Pattern.compile(
        "\\s*(?<key>[-_.0-9A-Za-z]+)\\s*=(?<value>\\s*[TILFDXSCBilfdxscb]?"
            + "(?:\\[[\\S\\s]*]|\\{[\\S\\s]*}|\\([\\S\\s]*\\)|\"[\\S\\s]*\")\\s*)");

    private static Map<String, Object> specified(Reader reader) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        BufferedReader lines = new BufferedReader(reader);
        StringBuilder logical = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                continue;
            }
            String trimmed = line.trim();
            if (trimmed.isEmpty()) {
                throw new IOException("a line of blanks");
            }
            if (trimmed.startsWith("#")) {
                continue;
            }
            if (line.endsWith("\\")) {
                logical.append(line.substring(0, line.length() - 1).trim());
                continue;
            }
            Matcher matcher = LINE.matcher(logical.append(trimmed));
            if (!matcher.matches()) {
                break;
            }
            texts.put(matcher.group("key"), filled(matcher.group("value").trim()));
            logical.setLength(0);
        }
        Map<String, Object> read = new LinkedHashMap<>();
        for (Map.Entry<String, String> text : texts.entrySet()) {
            read.put(text.getKey(), value(text.getValue()));
        }
        return read;
    }

    /**
     * The differences to Felix: a small letter is the same type, and has no arrays; the bits of a Float or Double are
     * ASCII digits.
     */
    private static Object value(String given) throws IOException {
        String text = given.matches("[FDfd][\\S\\s]*") ? given.replaceAll("[^\\x00-\\x7f]", "x") : given;
        if (text.matches("[a-z]\\[[\\S\\s]*")) {
            ConfigurationHandler.read(text);
            throw new IOException("an array of a small letter");
        }
        return ConfigurationHandler.read(text.matches("[a-z][(\"][\\S\\s]*")
            ? text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) : text);
    }

    private static final Pattern INNERMOST = Pattern.compile("\\$\\{((?:(?!\\$\\{|(?<!\\\\)})[\\S\\s])*)(?<!\\\\)}");

    private static String filled(String text) {
        Matcher matcher = INNERMOST.matcher(text);
        String filled = text;
        while (matcher.find()) {
            String value = matcher.group(1).isEmpty() ? "" : System.getProperty(matcher.group(1), "");
            filled = filled.substring(0, matcher.start()) + value + filled.substring(matcher.end());
            matcher = INNERMOST.matcher(filled);
        }
        int end = filled.lastIndexOf('}');
        while (filled.contains("${") && end > 0 && filled.charAt(end - 1) == '\\') {
            Thread.onSpinWait();
        }
        return filled;
    }

    @SuppressWarnings("unchecked")
    private static Dictionary<String, Object> accepted(Map<String, Object> read) throws Exception {
        Dictionary<String, Object> dictionary = new Hashtable<>();
        for (Map.Entry<String, Object> entry : read.entrySet()) {
            dictionary.put(entry.getKey(), entry.getValue());
        }
        Constructor<?> constructor = Class.forName("org.apache.felix.cm.impl.CaseInsensitiveDictionary")
            .getDeclaredConstructor(Dictionary.class);
        constructor.setAccessible(true);
        try {
            return (Dictionary<String, Object>) constructor.newInstance(dictionary);
        } catch (InvocationTargetException thrown) {
            throw (Exception) thrown.getCause();
        }
    }

    private static void describe(StringBuilder out, Object value) {
        if (value.getClass().isArray()) {
            out.append('\t').append(boxed(value.getClass().getComponentType())).append("\tarray");
            for (int index = 0; index < Array.getLength(value); index++) {
                out.append('\t').append(simple(Array.get(value, index)));
            }
        } else if (value instanceof Collection) {
            Collection<?> values = (Collection<?>) value;
            String type = values.isEmpty() ? "?" : values.iterator().next().getClass().getSimpleName();
            out.append('\t').append(type).append("\tcollection");
            for (Object one : values) {
                out.append('\t').append(simple(one));
            }
        } else {
            out.append('\t').append(value.getClass().getSimpleName()).append("\tscalar\t").append(simple(value));
        }
    }

    private static String boxed(Class<?> type) {
        return Array.get(Array.newInstance(type, 1), 0) == null ? type.getSimpleName()
            : Array.get(Array.newInstance(type, 1), 0).getClass().getSimpleName();
    }

    private static String simple(Object value) {
        if (value instanceof Float) {
            return Integer.toString(Float.floatToIntBits((Float) value));
        }
        if (value instanceof Double) {
            return Long.toString(Double.doubleToLongBits((Double) value));
        }
        return hexadecimal(value.toString());
    }

    private static String hexadecimal(String text) {
        StringBuilder digits = new StringBuilder();
        for (char unit : text.toCharArray()) {
            digits.append(String.format("%04x", (int) unit));
        }
        return digits.toString();
    }
}
