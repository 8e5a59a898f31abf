package com.liferay.lab.portal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * One database. Of HSQLDB, triggers note what happens to table Release_, whatever statement does it; of other databases
 * nothing is noted. User and password may stand in the environment.
 */
final class Database implements AutoCloseable {

    private static final String NOTE = " on Release_ referencing new row as written for each row"
        + " insert into OracleNote (name, version) values (written.servletContextName, written.schemaVersion)";

    private static final String[] WATCH = {
        "create table OracleNote (id integer generated always as identity, name varchar(75), version varchar(75))",
        "create trigger OracleInsert after insert" + NOTE,
        "create trigger OracleUpdate after update of schemaVersion" + NOTE,
    };

    private static final String[] UNWATCH = {
        "drop trigger OracleInsert", "drop trigger OracleUpdate", "drop table OracleNote",
    };

    private final String url;

    Database(String url) {
        this.url = url;
    }

    /** STUB: no pool. */
    DataSource dataSource() {
        return proxy(DataSource.class, (self, method, arguments) -> {
            if (method.getName().equals("getConnection")) {
                return forgiving(connect());
            }
            return Stubs.zero(method.getReturnType());
        });
    }

    /**
     * STUB: HSQLDB 2.3.3 throws when a batch is executed to which nothing was added, where other databases change
     * nothing; UpgradeAccount of 7.4 does that in a database without accounts.
     */
    private static Connection forgiving(Connection connection) {
        return proxy(Connection.class, (self, method, arguments) -> {
            Object result = call(connection, method, arguments);
            return method.getName().equals("prepareStatement") ? forgiving((PreparedStatement) result) : result;
        });
    }

    private static PreparedStatement forgiving(PreparedStatement statement) {
        boolean[] added = {false};
        return proxy(PreparedStatement.class, (self, method, arguments) -> {
            String name = method.getName();
            if (name.equals("executeBatch") && !added[0]) {
                return new int[0];
            }
            Object result = call(statement, method, arguments);
            if (name.endsWith("Batch")) {
                added[0] = name.equals("addBatch");
            }
            return result;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(Database.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private Connection connect() throws SQLException {
        String user = System.getenv("LAB_DATABASE_USER");
        return DriverManager.getConnection(
            url, user == null ? "sa" : user, user == null ? "" : System.getenv("LAB_DATABASE_PASSWORD"));
    }

    private boolean isEmbedded() {
        return url.startsWith("jdbc:hsqldb:");
    }

    /** Schema version, build number and state of the core's row. */
    String coreRow() throws SQLException {
        return query("select schemaVersion, buildNumber, state_ from Release_ where servletContextName = 'portal'");
    }

    void watch() throws SQLException {
        if (isEmbedded()) {
            execute(WATCH);
        }
    }

    /** What was noted since {@link #watch}, in order. */
    String watched() throws SQLException {
        if (!isEmbedded()) {
            return "";
        }
        String noted = query("select 'row', name, version from OracleNote order by id");
        execute(UNWATCH);
        return noted;
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private String query(String sql) throws SQLException {
        StringBuilder text = new StringBuilder();
        try (Connection connection = connect(); Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int column = 1; column <= columns; column++) {
                    text.append(rows.getString(column)).append(column == columns ? '\n' : '\t');
                }
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws SQLException {
        if (isEmbedded()) {
            execute("SHUTDOWN");
        }
    }
}
