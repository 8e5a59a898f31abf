package raylift.bridge;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows of {@code Configuration_} as they are; null when there is no such table. */
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
                Map<String, Object> row = new LinkedHashMap<>();

                row.put("pid", columns.text("configurationId"));
                row.put("dictionary", columns.text("dictionary"));
                rows.add(row);
            }
        }

        return rows;
    }

    private final Catalog _catalog;

}
