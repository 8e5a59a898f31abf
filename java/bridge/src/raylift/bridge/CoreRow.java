package raylift.bridge;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a normal start of a newer release changes in the core's row of {@code Release_}, and an older one refuses. The row
 * is the one with servlet context name {@code portal} (ReleaseConstants.DEFAULT_SERVLET_CONTEXT_NAME).
 */
class CoreRow {

    CoreRow(Catalog catalog) {
        _catalog = catalog;
    }

    /** Null when there is no such row. */
    Map<String, Object> read() throws SQLException {
        String table = _catalog.find("Release_");

        if (table == null) {
            return null;
        }

        try (Statement statement = _catalog.statement();
            ResultSet resultSet = statement.executeQuery(
                "select buildNumber, buildDate, verified from " + table + _CORE)) {

            Columns columns = new Columns(resultSet);

            if (!resultSet.next()) {
                return null;
            }

            Map<String, Object> row = new LinkedHashMap<>();

            row.put("buildNumber", columns.number("buildNumber"));
            row.put("buildDate", columns.time("buildDate"));
            row.put("verified", columns.truth("verified"));

            return row;
        }
    }

    /** Writes the three columns; answers the row as it stands afterwards. Nothing is changed unless exactly one row is met. */
    Map<String, Object> put(Map<String, Object> request) throws SQLException {
        String table = _catalog.find("Release_");

        if (table == null) {
            throw new SQLException("there is no table Release_");
        }

        Connection connection = _catalog.connection();

        connection.setAutoCommit(false);

        try {
            int changed = _update(connection, table, request);

            if (changed != 1) {
                throw new SQLException("Release_ has " + changed + " rows for the core");
            }

            connection.commit();
        }
        finally {
            // After a commit nothing is left to be taken back.
            connection.rollback();
            connection.setAutoCommit(true);
        }

        return read();
    }

    private int _update(Connection connection, String table, Map<String, Object> request) throws SQLException {
        int[] types = _types(table);

        try (PreparedStatement statement = _catalog.withLimit(
                connection.prepareStatement(
                    "update " + table + " set buildNumber = ?, buildDate = ?, verified = ?" + _CORE))) {

            statement.setObject(1, request.get("buildNumber"), types[0]);

            String buildDate = (String)request.get("buildDate");

            statement.setTimestamp(2, buildDate == null ? null : Timestamp.valueOf(buildDate));

            Boolean verified = (Boolean)request.get("verified");

            if (verified == null) {
                statement.setNull(3, types[2]);
            }
            else if (types[2] == Types.BIT || types[2] == Types.BOOLEAN) {
                statement.setBoolean(3, verified);
            }
            else {
                statement.setInt(3, verified ? 1 : 0);
            }

            return statement.executeUpdate();
        }
    }

    private int[] _types(String table) throws SQLException {
        try (Statement statement = _catalog.statement();
            ResultSet resultSet = statement.executeQuery(
                "select buildNumber, buildDate, verified from " + table + " where 1 = 0")) {

            int[] types = new int[3];

            for (int i = 0; i < types.length; i++) {
                types[i] = resultSet.getMetaData().getColumnType(i + 1);
            }

            return types;
        }
    }

    private static final String _CORE = " where servletContextName = 'portal'";

    private final Catalog _catalog;

}
