import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.Manifest;

/**
 * Reads generated cases with the JDK's own readers and prints what they understand.
 *
 * Argument: a file of cases, each one letter for the reader (P = Properties from bytes, U = Properties from a UTF-8
 * reader, M = Manifest), the length as a big-endian int, and the bytes. Output, for each case: "ok" or "refused", and
 * after "ok" one line per key, sorted: key and value as hexadecimal UTF-16 code units, separated by a tabulator.
 */
public final class Formats {

    private Formats() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        byte[] cases = Files.readAllBytes(Path.of(arguments[0]));
        DataInputStream input = new DataInputStream(new ByteArrayInputStream(cases));
        while (input.available() > 0) {
            char reader = (char) input.readByte();
            byte[] bytes = new byte[input.readInt()];
            input.readFully(bytes);
            print(out, reader, bytes);
        }
        out.flush();
    }

    private static void print(PrintStream out, char reader, byte[] bytes) {
        Map<String, String> entries;
        try {
            entries = read(reader, bytes);
        } catch (Exception refused) {
            out.println("refused");
            return;
        }
        out.println("ok");
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            out.println(hexadecimal(entry.getKey()) + "\t" + hexadecimal(entry.getValue()));
        }
    }

    private static Map<String, String> read(char reader, byte[] bytes) throws Exception {
        Map<String, String> entries = new TreeMap<>();
        ByteArrayInputStream input = new ByteArrayInputStream(bytes);
        if (reader == 'M') {
            Manifest manifest = new Manifest(input);
            manifest.getMainAttributes().forEach((name, value) -> entries.put(name.toString(), (String) value));
            return entries;
        }
        Properties properties = new Properties();
        if (reader == 'U') {
            properties.load(new InputStreamReader(input, StandardCharsets.UTF_8));
        } else {
            properties.load(input);
        }
        properties.forEach((key, value) -> entries.put((String) key, (String) value));
        return entries;
    }

    private static String hexadecimal(String text) {
        StringBuilder digits = new StringBuilder();
        for (char unit : text.toCharArray()) {
            digits.append(String.format("%04x", (int) unit));
        }
        return digits.toString();
    }
}
