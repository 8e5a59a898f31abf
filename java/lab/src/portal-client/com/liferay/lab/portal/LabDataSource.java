package com.liferay.lab.portal;

import com.liferay.portal.util.PropsUtil;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.logging.Logger;

import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/**
 * Connections by the portal's own {@code jdbc.default.*} properties: out of the pool that
 * {@code jdbc.default.jndi.name} names; of a server's database out of the pool that Liferay itself uses, because making a
 * connection to a server takes long; of the embedded database without a pool.
 */
public class LabDataSource implements DataSource {

    public LabDataSource() throws NamingException, ReflectiveOperationException {
        String name = _property("jndi.name");

        if (!name.isEmpty()) {
            _pool = (DataSource)new InitialContext().lookup("java:comp/env/" + name);
        }
        else if (_property("url").startsWith(_EMBEDDED)) {
            Class<?> type = Class.forName(
                _property("driverClassName"), true, Thread.currentThread().getContextClassLoader());

            _driver = (Driver)type.getDeclaredConstructor().newInstance();
        }
        else {
            _pool = _ownPool();
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (Trouble.current().is("database", "refuse")) {
            throw new SQLException("Connection to the database refused", "08001");
        }

        Connection connection = _connect();

        return Line.EMPTY_BATCHES ? Batches.forgiving(connection) : connection;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    /** Makes the files of an embedded HSQLDB complete, as Liferay does at its end; closes the pool of another database. */
    public void shutdown() throws SQLException {
        if (_pool instanceof HikariDataSource) {
            ((HikariDataSource)_pool).close();

            return;
        }

        try (Connection connection = _connect()) {
            if (connection.getMetaData().getURL().startsWith(_EMBEDDED)) {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("SHUTDOWN");
                }
            }
        }
    }

    @Override
    public int getLoginTimeout() {
        return DriverManager.getLoginTimeout();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    @Override
    public void setLoginTimeout(int seconds) {
    }

    @Override
    public void setLogWriter(PrintWriter writer) {
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    private Connection _connect() throws SQLException {
        if (_pool != null) {
            return _pool.getConnection();
        }

        Properties properties = new Properties();

        properties.setProperty("user", _property("username"));
        properties.setProperty("password", _property("password"));

        return _driver.connect(_property("url"), properties);
    }

    private static DataSource _ownPool() {
        HikariConfig config = new HikariConfig();

        config.setDriverClassName(_property("driverClassName"));
        config.setJdbcUrl(_property("url"));
        config.setUsername(_property("username"));
        config.setPassword(_property("password"));
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(_CONNECTIONS);

        return new HikariDataSource(config);
    }

    private static String _property(String name) {
        String value = PropsUtil.get("jdbc.default." + name);

        return (value == null) ? "" : value;
    }

    private static final int _CONNECTIONS = 20;

    private static final String _EMBEDDED = "jdbc:hsqldb:";

    private Driver _driver;
    private DataSource _pool;

}
