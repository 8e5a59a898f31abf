package raylift.bridge;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** The one connection of this program. */
class Session implements AutoCloseable {

    /**
     * Connects by the driver itself, as a pool does; {@code DriverManager} would ask every driver on the class path.
     * Answers name and version of the database.
     */
    Map<String, Object> connect(Map<String, Object> request) throws Exception {
        if (_connection != null) {
            throw new IllegalStateException("there is a connection already");
        }

        String url = (String)request.get("url");
        Driver driver = (Driver)Class.forName((String)request.get("driver")).getDeclaredConstructor().newInstance();
        Properties properties = new Properties();

        properties.setProperty("user", (String)request.get("user"));
        properties.setProperty("password", (String)request.get("password"));

        Connection connection = driver.connect(url, properties);

        if (connection == null) {
            throw new SQLException("the driver does not know a URL of this form", "08001");
        }

        _connection = connection;
        _readOnly = Boolean.TRUE.equals(request.get("readOnly"));

        if (_readOnly) {
            connection.setReadOnly(true);
        }

        DatabaseMetaData metaData = connection.getMetaData();
        Map<String, Object> product = new LinkedHashMap<>();

        product.put("name", metaData.getDatabaseProductName());
        product.put("version", metaData.getDatabaseProductVersion());
        _embedded = url.startsWith("jdbc:hsqldb:") && !url.matches("jdbc:hsqldb:(hsql|hsqls|http|https):.*");

        return product;
    }

    Connection connection() {
        if (_connection == null) {
            throw new IllegalStateException("there is no connection");
        }

        return _connection;
    }

    /**
     * Ends an embedded HSQLDB that this program opened for writing: {@code SHUTDOWN} writes the script, and removes log
     * and lock file. Answers whether there was something to end.
     */
    boolean shutDown() throws SQLException {
        Connection connection = _connection;

        if (connection == null) {
            return false;
        }

        _connection = null;

        boolean ends = _embedded && !_readOnly;

        try {
            if (ends) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SHUTDOWN");
                }
            }
        }
        finally {
            // After SHUTDOWN a connection is closed already, and closing again is allowed.
            connection.close();
        }

        return ends;
    }

    @Override
    public void close() throws SQLException {
        shutDown();
    }

    private Connection _connection;
    private boolean _embedded;
    private boolean _readOnly;

}
