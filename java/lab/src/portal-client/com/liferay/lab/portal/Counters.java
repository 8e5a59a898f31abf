package com.liferay.lab.portal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import javax.sql.DataSource;

/** Ids from Liferay's tables Counter and ClassName_, by plain JDBC. */
class Counters {

    Counters(DataSource dataSource) {
        _dataSource = dataSource;
    }

    Object counterService() throws ClassNotFoundException {
        return Stubs.proxy(
            "com.liferay.counter.kernel.service.CounterLocalService",
            (proxy, method, arguments) -> {
                if (!method.getName().equals("increment")) {
                    return Stubs.zero(method.getReturnType());
                }

                boolean named = (arguments != null) && (arguments.length > 0) && (arguments[0] instanceof String);

                return increment(named ? (String)arguments[0] : _COUNTER);
            });
    }

    Object classNameService() throws ClassNotFoundException {
        return Stubs.proxy(
            "com.liferay.portal.kernel.service.ClassNameLocalService",
            (proxy, method, arguments) -> {
                if (!method.getName().equals("getClassNameId")) {
                    return Stubs.zero(method.getReturnType());
                }

                Object value = arguments[0];

                return classNameId((value instanceof Class) ? ((Class<?>)value).getName() : (String)value);
            });
    }

    synchronized long increment(String name) throws SQLException {
        try (Connection connection = _dataSource.getConnection()) {
            long next = _FIRST;

            try (PreparedStatement statement = connection.prepareStatement(
                    "select currentId from Counter where name = ?")) {

                statement.setString(1, name);

                try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        _execute(connection, "insert into Counter (currentId, name) values (?, ?)", next, name);

                        return next;
                    }

                    next = Math.max(rows.getLong(1) + 1, _FIRST);
                }
            }

            _execute(connection, "update Counter set currentId = ? where name = ?", next, name);

            return next;
        }
    }

    synchronized long classNameId(String value) throws SQLException {
        try (Connection connection = _dataSource.getConnection()) {
            try (PreparedStatement statement = connection.prepareStatement(
                    "select classNameId from ClassName_ where value = ?")) {

                statement.setString(1, value);

                try (ResultSet rows = statement.executeQuery()) {
                    if (rows.next()) {
                        return rows.getLong(1);
                    }
                }
            }

            long id = increment(_COUNTER);

            _execute(connection, "insert into ClassName_ (mvccVersion, classNameId, value) values (0, ?, ?)", id, value);

            return id;
        }
    }

    private static void _execute(Connection connection, String sql, long number, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, number);
            statement.setString(2, text);
            statement.executeUpdate();
        }
    }

    private static final String _COUNTER = "com.liferay.counter.kernel.model.Counter";

    private static final long _FIRST = 20001;

    private final DataSource _dataSource;

}
