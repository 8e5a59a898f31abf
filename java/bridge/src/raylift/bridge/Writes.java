package raylift.bridge;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was written since a moment, and by whom: rows of the tables that have Liferay's columns for it,
 * {@code modifiedDate} and {@code userName}, which keep the time in GMT.
 */
class Writes {

    Writes(Catalog catalog) {
        _catalog = catalog;
    }

    /** {@code since} as {@code 2019-06-01 00:00:00}; tables by name, in each the busiest user first. */
    List<Map<String, Object>> read(String since) throws SQLException {
        List<Map<String, Object>> writes = new ArrayList<>();

        for (Map.Entry<String, Map<String, String>> table : _columns().entrySet()) {
            String modified = table.getValue().get("modifieddate");
            String user = table.getValue().get("username");

            if (modified != null && user != null) {
                _read(table.getKey(), _catalog.quote(user), _catalog.quote(modified), since, writes);
            }
        }

        return writes;
    }

    private void _read(
            String table, String user, String modified, String since, List<Map<String, Object>> writes)
        throws SQLException {

        String sql =
            "select " + user + ", count(*), max(" + modified + ") from " + _catalog.quote(table) + " where " + modified +
                " > ? group by " + user + " order by 2 desc";

        try (PreparedStatement statement = _catalog.withLimit(_catalog.connection().prepareStatement(sql))) {
            statement.setTimestamp(1, Timestamp.valueOf(since));

            try (ResultSet resultSet = statement.executeQuery()) {
                while (resultSet.next()) {
                    Map<String, Object> write = new LinkedHashMap<>();

                    write.put("table", table);
                    write.put("user", resultSet.getString(1));
                    write.put("rows", resultSet.getLong(2));
                    write.put("last", String.valueOf(resultSet.getTimestamp(3)));
                    writes.add(write);
                }
            }
        }
    }

    /** Columns of each table by their names in small letters, whatever case the database gives them. */
    private Map<String, Map<String, String>> _columns() throws SQLException {
        Map<String, Map<String, String>> tables = new LinkedHashMap<>();

        for (String table : _catalog.tables()) {
            tables.put(table, new LinkedHashMap<>());
        }

        try (ResultSet resultSet = _catalog.connection().getMetaData().getColumns(
                _catalog.connection().getCatalog(), _catalog.schemaPattern(), "%", "%")) {

            while (resultSet.next()) {
                Map<String, String> columns = tables.get(resultSet.getString("TABLE_NAME"));

                if (columns != null) {
                    String name = resultSet.getString("COLUMN_NAME");

                    columns.put(name.toLowerCase(Locale.ROOT), name);
                }
            }
        }

        return tables;
    }

    private final Catalog _catalog;

}
