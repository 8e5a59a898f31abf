package raylift.bridge;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows of {@code Configuration_} that came from a file; null when there is no such table. */
class Configurations {

    Configurations(Catalog catalog) {
        _catalog = catalog;
    }

    List<Map<String, Object>> read() throws SQLException {
        String table = _catalog.find("Configuration_");

        if (table == null) {
            return null;
        }

        List<Map<String, Object>> rows = new ArrayList<>();

        try (Statement statement = _catalog.statement();
            ResultSet resultSet = statement.executeQuery("select * from " + table)) {

            Columns columns = new Columns(resultSet);

            while (resultSet.next()) {
                String pid = columns.text("configurationId");
                String fileName = _fileName(columns.text("dictionary"));

                if (fileName != null) {
                    Map<String, Object> row = new LinkedHashMap<>();

                    row.put("pid", pid);
                    row.put("fileName", fileName);
                    rows.add(row);
                }
            }
        }

        return rows;
    }

    /** The dictionary is text in the form of Felix's {@code ConfigurationHandler}: {@code key="value"}, with backslashes. */
    private static String _fileName(String dictionary) {
        Matcher matcher = _FILE_NAME.matcher(dictionary == null ? "" : dictionary);

        if (!matcher.find()) {
            return null;
        }

        String quoted = matcher.group(1);
        StringBuilder value = new StringBuilder();

        for (int i = 0; i < quoted.length(); i++) {
            char character = quoted.charAt(i);

            if (character != '\\' || i + 1 == quoted.length()) {
                value.append(character);
                continue;
            }

            char escaped = quoted.charAt(++i);
            int control = "btnfr".indexOf(escaped);

            if (escaped == 'u' && i + 4 < quoted.length() && _HEXADECIMAL.matcher(quoted.substring(i + 1, i + 5)).matches()) {
                value.append((char)Integer.parseInt(quoted.substring(i + 1, i + 5), 16));
                i += 4;
            }
            else {
                value.append(control < 0 ? escaped : "\b\t\n\f\r".charAt(control));
            }
        }

        return value.toString();
    }

    private static final Pattern _FILE_NAME = Pattern.compile(
        "^[ \\t]*felix\\.fileinstall\\.filename[ \\t]*=[ \\t]*T?\"((?:[^\"\\\\]|\\\\.)*+)\"", Pattern.MULTILINE);
    private static final Pattern _HEXADECIMAL = Pattern.compile("[0-9a-fA-F]{4}");

    private final Catalog _catalog;

}
