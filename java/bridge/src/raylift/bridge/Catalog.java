package raylift.bridge;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The tables of the connection's own schema, found whatever the case of their names is: where several differ in case
 * alone, the one that the database takes for the name without quotes.
 */
class Catalog {

    Catalog(Connection connection) {
        _connection = connection;
    }

    Connection connection() {
        return _connection;
    }

    /** Names as the database gives them. */
    List<String> tables() throws SQLException {
        List<String> tables = new ArrayList<>();

        try (ResultSet resultSet = _connection.getMetaData().getTables(
                _connection.getCatalog(), schemaPattern(), "%", _tableTypes())) {

            while (resultSet.next()) {
                tables.add(resultSet.getString("TABLE_NAME"));
            }
        }

        return tables;
    }

    /** The table's name, quoted; null when there is no such table. */
    String find(String name) throws SQLException {
        String unquoted = _unquoted(name);
        String found = null;

        for (String table : tables()) {
            if (table.equals(unquoted)) {
                return quote(table);
            }

            if (found == null && table.equalsIgnoreCase(name)) {
                found = table;
            }
        }

        return found == null ? null : quote(found);
    }

    String quote(String name) throws SQLException {
        DatabaseMetaData metaData = _connection.getMetaData();
        String quote = metaData.getIdentifierQuoteString();

        // A blank says that the database does not quote (DatabaseMetaData).
        if (quote == null || quote.trim().isEmpty()) {
            return name;
        }

        return quote + name.replace(quote, quote + quote) + quote;
    }

    Statement statement() throws SQLException {
        return withLimit(_connection.createStatement());
    }

    <T extends Statement> T withLimit(T statement) throws SQLException {
        try {
            statement.setQueryTimeout(_LIMIT_SECONDS);
        }
        catch (SQLException sqlException) {
            // A driver need not offer this; the other side has a limit of its own.
        }

        return statement;
    }

    /** The connection's schema; null where there are none. */
    String schema() {
        try {
            return _connection.getSchema();
        }
        catch (SQLException | AbstractMethodError error) {
            // Drivers older than JDBC 4.1 do not know the method.
            return null;
        }
    }

    /** The same where a pattern is asked for ({@link DatabaseMetaData#getSearchStringEscape}). */
    String schemaPattern() throws SQLException {
        String schema = schema();
        String escape = _connection.getMetaData().getSearchStringEscape();

        if (schema == null || escape == null || escape.isEmpty()) {
            return schema;
        }

        return schema.replace(escape, escape + escape).replace("_", escape + "_").replace("%", escape + "%");
    }

    /** As the database takes the name where it stands without quotes. */
    private String _unquoted(String name) throws SQLException {
        DatabaseMetaData metaData = _connection.getMetaData();

        if (metaData.storesLowerCaseIdentifiers()) {
            return name.toLowerCase(Locale.ROOT);
        }

        return metaData.storesUpperCaseIdentifiers() ? name.toUpperCase(Locale.ROOT) : name;
    }

    /** PostgreSQL's driver has a type of its own for partitioned tables; others may not know the word. */
    private String[] _tableTypes() throws SQLException {
        try (ResultSet resultSet = _connection.getMetaData().getTableTypes()) {
            while (resultSet.next()) {
                if (_PARTITIONED.equals(resultSet.getString("TABLE_TYPE"))) {
                    return new String[] {"TABLE", _PARTITIONED};
                }
            }
        }

        return new String[] {"TABLE"};
    }

    private static final String _PARTITIONED = "PARTITIONED TABLE";

    private static final int _LIMIT_SECONDS = 100;

    private final Connection _connection;

}
