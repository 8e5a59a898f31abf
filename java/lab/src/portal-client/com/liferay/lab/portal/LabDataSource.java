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

import javax.sql.DataSource;

/** Connections by the portal's own {@code jdbc.default.*} properties, without a pool. */
public class LabDataSource implements DataSource {

    public LabDataSource() throws ReflectiveOperationException {
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

        Connection connection = _driver.connect(_url, _properties);

        return Line.EMPTY_BATCHES ? Batches.forgiving(connection) : connection;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    /** Makes the files of an embedded HSQLDB complete, as Liferay does at its end; nothing for other databases. */
    public void shutdown() throws SQLException {
        if (!_url.startsWith("jdbc:hsqldb:")) {
            return;
        }

        try (Connection connection = _driver.connect(_url, _properties);
            Statement statement = connection.createStatement()) {

            statement.executeUpdate("SHUTDOWN");
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

    private static String _text(String value) {
        return (value == null) ? "" : value;
    }

    private final Driver _driver;
    private final Properties _properties = new Properties();
    private final String _url;

}
