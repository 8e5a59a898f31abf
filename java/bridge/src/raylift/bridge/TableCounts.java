package raylift.bridge;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every table with its number of rows. */
class TableCounts {

    TableCounts(Catalog catalog) {
        _catalog = catalog;
    }

    Map<String, Long> read() throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();

        try (Statement statement = _catalog.statement()) {
            for (String table : _catalog.tables()) {
                try (ResultSet resultSet = statement.executeQuery("select count(*) from " + _catalog.quote(table))) {
                    resultSet.next();
                    counts.put(table, resultSet.getLong(1));
                }
            }
        }

        return counts;
    }

    private final Catalog _catalog;

}
