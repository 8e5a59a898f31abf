import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decodes names of environment variables with Liferay's own code.
 *
 * Arguments: a file of names, one a line as hexadecimal UTF-16 units, without LIFERAY_; the class that decodes (it has
 * _decode). Output: for each name a line with the property as hexadecimal UTF-16 units.
 */
public final class Environment {

    private Environment() {
    }

    public static void main(String[] arguments) throws Exception {
        Method decode = Class.forName(arguments[1]).getDeclaredMethod("_decode", String.class);
        decode.setAccessible(true);
        Method lower = Class.forName("com.liferay.portal.kernel.util.StringUtil").getMethod("toLowerCase", String.class);
        StringBuilder answers = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            StringBuilder name = new StringBuilder();
            for (int at = 0; at < line.length(); at += 4) {
                name.append((char) Integer.parseInt(line.substring(at, at + 4), 16));
            }
            String key = (String) decode.invoke(null, lower.invoke(null, name.toString()));
            for (char unit : key.toCharArray()) {
                answers.append(String.format("%04x", (int) unit));
            }
            answers.append('\n');
        }
        System.out.print(answers);
        System.out.flush();
        System.exit(0);
    }
}
