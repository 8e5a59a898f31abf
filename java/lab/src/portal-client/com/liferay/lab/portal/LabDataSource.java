package com.liferay.lab.portal;

import com.liferay.portal.util.PropsUtil;

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
 * {@code jdbc.default.jndi.name} names, else by the driver and without a pool.
 */
public class LabDataSource implements DataSource {

    public LabDataSource() throws NamingException, ReflectiveOperationException {
        String name = _text(PropsUtil.get("jdbc.default.jndi.name"));

        if (!name.isEmpty()) {
            _pool = (DataSource)new InitialContext().lookup("java:comp/env/" + name);

            return;
        }

        Class<?> type = Class.forName(
            PropsUtil.get("jdbc.default.driverClassName"), true, Thread.currentThread().getContextClassLoader());

        _driver = (Driver)type.getDeclaredConstructor().newInstance();
        _url = PropsUtil.get("jdbc.default.url");
        _properties.setProperty("user", _text(PropsUtil.get("jdbc.default.username")));
        _properties.setProperty("password", _text(PropsUtil.get("jdbc.default.password")));
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

    /** Makes the files of an embedded HSQLDB complete, as Liferay does at its end; nothing for other databases. */
    public void shutdown() throws SQLException {
        try (Connection connection = _connect()) {
            if (connection.getMetaData().getURL().startsWith("jdbc:hsqldb:")) {
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
        return (_pool == null) ? _driver.connect(_url, _properties) : _pool.getConnection();
    }

    private static String _text(String value) {
        return (value == null) ? "" : value;
    }

    private Driver _driver;
    private DataSource _pool;
    private final Properties _properties = new Properties();
    private String _url;

}
