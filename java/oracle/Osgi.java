import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/**
 * Answers questions about versions, ranges and filters with the OSGi framework's own classes.
 *
 * Argument: a UTF-8 file with one question a line, fields separated by tabulators: "version" TEXT; "compare" LEFT RIGHT;
 * "range" RANGE VERSION; "filter" FILTER VERSION. Prints one line for each: the version as the framework prints it, the
 * sign of the comparison, true or false; or "refused".
 */
public final class Osgi {

    private Osgi() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line : Files.readString(Path.of(arguments[0])).split("\n", -1)) {
            if (!line.isEmpty()) {
                out.println(answer(line.split("\t", -1)));
            }
        }
        out.flush();
    }

    private static String answer(String[] question) {
        try {
            switch (question[0]) {
                case "version":
                    return Version.parseVersion(question[1]).toString();
                case "compare":
                    int order = Version.parseVersion(question[1]).compareTo(Version.parseVersion(question[2]));
                    return String.valueOf(Integer.signum(order));
                case "range":
                    return String.valueOf(new VersionRange(question[1]).includes(Version.parseVersion(question[2])));
                default:
                    Hashtable<String, Object> properties = new Hashtable<>();
                    properties.put("release.bundle.symbolic.name", "a.b");
                    properties.put("release.schema.version", Version.parseVersion(question[2]));
                    properties.put("release.state", 0);
                    return String.valueOf(FrameworkUtil.createFilter(question[1]).match(properties));
            }
        } catch (Exception refused) {
            return "refused";
        }
    }
}
