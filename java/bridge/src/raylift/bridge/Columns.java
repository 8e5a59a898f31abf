package raylift.bridge;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The columns of a result, found whatever the case of their names is; a missing column reads as null. */
class Columns {

    Columns(ResultSet resultSet) throws SQLException {
        _resultSet = resultSet;

        ResultSetMetaData metaData = resultSet.getMetaData();

        for (int i = 1; i <= metaData.getColumnCount(); i++) {
            _indexes.put(metaData.getColumnLabel(i).toLowerCase(Locale.ROOT), i);
        }
    }

    boolean has(String name) {
        return _index(name) != null;
    }

    String text(String name) throws SQLException {
        Integer index = _index(name);

        return index == null ? null : _resultSet.getString(index);
    }

    Long number(String name) throws SQLException {
        Integer index = _index(name);

        if (index == null) {
            return null;
        }

        long value = _resultSet.getLong(index);

        return _resultSet.wasNull() ? null : value;
    }

    /** Liferay's BOOLEAN is a bit, a boolean, a number or a character, depending on the database. */
    Boolean truth(String name) throws SQLException {
        Integer index = _index(name);
        Object value = index == null ? null : _resultSet.getObject(index);

        if (value == null || value instanceof Boolean) {
            return (Boolean)value;
        }

        if (value instanceof Number) {
            return ((Number)value).intValue() != 0;
        }

        String text = value.toString().trim().toLowerCase(Locale.ROOT);

        return text.equals("1") || text.equals("t") || text.equals("true") || text.equals("y");
    }

    /** Date and time of the column as it stands, with all its fractions. */
    String time(String name) throws SQLException {
        Integer index = _index(name);
        Object value = index == null ? null : _resultSet.getTimestamp(index);

        return value == null ? null : value.toString();
    }

    private Integer _index(String name) {
        return _indexes.get(name.toLowerCase(Locale.ROOT));
    }

    private final Map<String, Integer> _indexes = new HashMap<>();
    private final ResultSet _resultSet;

}
