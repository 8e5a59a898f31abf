package raylift.bridge;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Table {@code Release_}, without its dates; null when there is no such table. */
class ReleaseRows {

    ReleaseRows(Catalog catalog) {
        _catalog = catalog;
    }

    List<Map<String, Object>> read() throws SQLException {
        String table = _catalog.find("Release_");

        if (table == null) {
            return null;
        }

        List<Map<String, Object>> rows = new ArrayList<>();

        try (Statement statement = _catalog.statement();
            ResultSet resultSet = statement.executeQuery("select * from " + table)) {

            Columns columns = new Columns(resultSet);

            while (resultSet.next()) {
                Map<String, Object> row = new LinkedHashMap<>();

                row.put("name", columns.text("servletContextName"));
                row.put("schemaVersion", columns.text("schemaVersion"));
                row.put("buildNumber", columns.number("buildNumber"));
                row.put("state", columns.number("state_"));
                row.put("verified", columns.truth("verified"));
                rows.add(row);
            }
        }

        return rows;
    }

    private final Catalog _catalog;

}
