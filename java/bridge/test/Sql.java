import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * Plays the portal for the tests of the bridge: runs each line of standard input as a statement in one connection and
 * answers with one line, the first row's columns or "done". Started as a source file, with HSQLDB on the class path.
 */
public class Sql {

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));

        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[2]);
            Statement statement = connection.createStatement()) {

            System.out.println("connected");

            String line;

            while ((line = lines.readLine()) != null) {
                System.out.println(_run(statement, line));
            }
        }

        // What was not shut down stays as a killed server would leave it.
        Runtime.getRuntime().halt(0);
    }

    private static String _run(Statement statement, String sql) throws Exception {
        if (!statement.execute(sql)) {
            return "done";
        }

        StringBuilder row = new StringBuilder();

        try (ResultSet resultSet = statement.getResultSet()) {
            if (resultSet.next()) {
                for (int i = 1; i <= resultSet.getMetaData().getColumnCount(); i++) {
                    row.append(i == 1 ? "" : "|").append(resultSet.getString(i));
                }
            }
        }

        return row.toString();
    }

}
