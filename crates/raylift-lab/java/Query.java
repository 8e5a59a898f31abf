import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * Plain JDBC for the lab. Arguments: mode, URL; user and password in the environment. Modes: query (one statement on standard input, rows on
 * standard output), execute (one statement a line; at the end HSQLDB is shut down), hold (prints "held", keeps the connection until
 * standard input ends).
 *
 * A row is one line, columns separated by tabs; in a value \ n t and a null are written \\ \n \t \0.
 */
public class Query {

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

        try (Connection connection = DriverManager.getConnection(
                arguments[1], System.getenv("LAB_DATABASE_USER"), System.getenv("LAB_DATABASE_PASSWORD"));
            Statement statement = connection.createStatement()) {

            if (arguments[0].equals("query")) {
                print(statement.executeQuery(input.readLine()));
            }
            else if (arguments[0].equals("execute")) {
                for (String line = input.readLine(); line != null; line = input.readLine()) {
                    System.out.println(statement.executeUpdate(line));
                }

                if (arguments[1].startsWith("jdbc:hsqldb:")) {
                    statement.execute("SHUTDOWN");
                }
            }
            else {
                System.out.println("held");

                while (input.read() >= 0) {
                    continue;
                }
            }
        }
    }

    private static String escape(String value) {
        if (value == null) {
            return "\\0";
        }

        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }

    private static void print(ResultSet rows) throws Exception {
        int columns = rows.getMetaData().getColumnCount();
        StringBuilder text = new StringBuilder();

        while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
                text.append(i > 1 ? "\t" : "").append(escape(rows.getString(i)));
            }

            text.append('\n');
        }

        System.out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

}
