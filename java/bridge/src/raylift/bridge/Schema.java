package raylift.bridge;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Columns and indexes of every table, as the driver tells them. */
class Schema {

    Schema(Catalog catalog) {
        _catalog = catalog;
    }

    /** Tables by name; each has columns in their order, and indexes by name. */
    Map<String, Object> read() throws SQLException {
        Map<String, Object> tables = new LinkedHashMap<>();
        Map<String, List<Map<String, Object>>> columns = _columns();

        for (String table : _catalog.tables()) {
            Map<String, Object> description = new LinkedHashMap<>();

            description.put("columns", columns.getOrDefault(table, new ArrayList<>()));
            description.put("primaryKey", _primaryKey(table));
            description.put("indexes", _indexes(table));
            tables.put(table, description);
        }

        return tables;
    }

    private Map<String, List<Map<String, Object>>> _columns() throws SQLException {
        Map<String, List<Map<String, Object>>> tables = new LinkedHashMap<>();

        try (ResultSet resultSet = _metaData().getColumns(
                _connection().getCatalog(), _catalog.schemaPattern(), "%", "%")) {

            while (resultSet.next()) {
                Map<String, Object> column = new LinkedHashMap<>();

                column.put("name", resultSet.getString("COLUMN_NAME"));
                column.put("type", resultSet.getString("TYPE_NAME"));
                column.put("size", resultSet.getLong("COLUMN_SIZE"));
                column.put("nullable", resultSet.getInt("NULLABLE") != DatabaseMetaData.columnNoNulls);
                column.put("default", resultSet.getString("COLUMN_DEF"));

                tables.computeIfAbsent(resultSet.getString("TABLE_NAME"), key -> new ArrayList<>()).add(column);
            }
        }

        return tables;
    }

    private List<String> _primaryKey(String table) throws SQLException {
        Map<Integer, String> columns = new TreeMap<>();

        try (ResultSet resultSet = _metaData().getPrimaryKeys(
                _connection().getCatalog(), _catalog.schema(), table)) {

            while (resultSet.next()) {
                columns.put(resultSet.getInt("KEY_SEQ"), resultSet.getString("COLUMN_NAME"));
            }
        }

        return new ArrayList<>(columns.values());
    }

    private Map<String, Object> _indexes(String table) throws SQLException {
        Map<String, Object> indexes = new TreeMap<>();

        // Of statistics an approximate number is enough; an exact one may count the table's rows.
        try (ResultSet resultSet = _metaData().getIndexInfo(
                _connection().getCatalog(), _catalog.schema(), table, false, true)) {

            while (resultSet.next()) {
                String name = resultSet.getString("INDEX_NAME");

                if (name == null || resultSet.getInt("TYPE") == DatabaseMetaData.tableIndexStatistic) {
                    continue;
                }

                @SuppressWarnings("unchecked")
                Map<String, Object> index = (Map<String, Object>)indexes.computeIfAbsent(
                    name, key -> new LinkedHashMap<>());

                index.put("unique", !resultSet.getBoolean("NON_UNIQUE"));

                @SuppressWarnings("unchecked")
                List<String> columns = (List<String>)index.computeIfAbsent("columns", key -> new ArrayList<>());

                columns.add(resultSet.getString("COLUMN_NAME"));
            }
        }

        return indexes;
    }

    private Connection _connection() {
        return _catalog.connection();
    }

    private DatabaseMetaData _metaData() throws SQLException {
        return _connection().getMetaData();
    }

    private final Catalog _catalog;

}
