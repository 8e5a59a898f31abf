package raylift.bridge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks a database what raylift wants to know. One request a line on standard input, one answer a line on standard output,
 * both JSON; the password comes in the first request and nowhere else. The end of the input ends the program.
 */
public class Main {

    public static void main(String[] arguments) throws IOException {
        // Drivers and logging frameworks may print; the answers have the real standard output for themselves.
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");

        System.setOut(System.err);

        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

        try (Session session = new Session()) {
            String line;

            while ((line = requests.readLine()) != null) {
                answers.println(JsonWriter.write(_answer(session, line)));
            }
        }
        catch (SQLException sqlException) {
            // Nobody is there any more to be told.
            System.exit(1);
        }

        // A driver's threads must not keep the program alive.
        System.exit(0);
    }

    private static Map<String, Object> _answer(Session session, String line) {
        Map<String, Object> answer = new LinkedHashMap<>();

        try {
            answer.put("value", new Requests(session).carryOut(new JsonReader(line).readObject()));
        }
        catch (Throwable throwable) {
            answer.put("error", Failure.describe(throwable));
        }

        return answer;
    }

}
