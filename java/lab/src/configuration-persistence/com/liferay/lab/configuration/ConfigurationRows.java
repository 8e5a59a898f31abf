package com.liferay.lab.configuration;

import com.liferay.portal.kernel.dao.db.DBManagerUtil;
import com.liferay.portal.kernel.dao.jdbc.DataAccess;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.felix.cm.PersistenceManager;
import org.apache.felix.cm.file.ConfigurationHandler;

/**
 * Configurations as rows of Liferay's table Configuration_, in Felix's own text form. At the start every row that came
 * from a file is deleted when that file is gone (spec/layout-and-artifacts.md 0.1).
 */
@SuppressWarnings("rawtypes")
class ConfigurationRows implements PersistenceManager {

    void prepare() throws Exception {
        try (Connection connection = DataAccess.getConnection()) {
            if (!_tableExists(connection)) {
                DBManagerUtil.getDB().runSQL(
                    connection,
                    "create table Configuration_ (configurationId VARCHAR(512) not null primary key, dictionary TEXT null)");
            }
        }

        for (Map.Entry<String, String> row : _read().entrySet()) {
            Dictionary dictionary = _parse(row.getValue());

            if (_isOrphan(dictionary)) {
                delete(row.getKey());
            }
            else {
                _dictionaries.put(row.getKey(), dictionary);
            }
        }
    }

    @Override
    public void delete(String pid) throws IOException {
        _dictionaries.remove(pid);
        _execute("delete from Configuration_ where configurationId = ?", pid);
    }

    @Override
    public boolean exists(String pid) {
        return _dictionaries.containsKey(pid);
    }

    @Override
    public Enumeration getDictionaries() {
        return Collections.enumeration(_dictionaries.values());
    }

    @Override
    public Dictionary load(String pid) throws IOException {
        Dictionary dictionary = _dictionaries.get(pid);

        if (dictionary == null) {
            throw new IOException("No configuration with the PID " + pid);
        }

        return dictionary;
    }

    @Override
    public synchronized void store(String pid, Dictionary dictionary) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        ConfigurationHandler.write(out, dictionary);

        String text = new String(out.toByteArray(), StandardCharsets.UTF_8);
        boolean known = exists(pid);

        _dictionaries.put(pid, dictionary);

        if (known) {
            _execute("update Configuration_ set dictionary = ? where configurationId = ?", text, pid);
        }
        else {
            _execute("insert into Configuration_ (dictionary, configurationId) values (?, ?)", text, pid);
        }
    }

    private static boolean _isOrphan(Dictionary dictionary) {
        Object file = dictionary.get("felix.fileinstall.filename");
        Object ignore = dictionary.get("configuration.cleaner.ignore");

        if ((file == null) || "true".equals(String.valueOf(ignore))) {
            return false;
        }

        String name = file.toString();

        return !(name.startsWith("file:") ? new File(URI.create(name)) : new File(name)).exists();
    }

    private static Dictionary _parse(String text) throws IOException {
        return ConfigurationHandler.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Map<String, String> _read() throws SQLException {
        Map<String, String> rows = new java.util.TreeMap<>();

        try (Connection connection = DataAccess.getConnection();
            PreparedStatement statement = connection.prepareStatement(
                "select configurationId, dictionary from Configuration_");
            ResultSet result = statement.executeQuery()) {

            while (result.next()) {
                rows.put(result.getString(1), result.getString(2));
            }
        }

        return rows;
    }

    private static boolean _tableExists(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();

        try (ResultSet tables = connection.getMetaData().getTables(
                connection.getCatalog(), null, "%", new String[] {"TABLE"})) {

            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME").toLowerCase());
            }
        }

        return names.contains("configuration_");
    }

    private static void _execute(String sql, String... values) throws IOException {
        try (Connection connection = DataAccess.getConnection();
            PreparedStatement statement = connection.prepareStatement(sql)) {

            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }

            statement.executeUpdate();
        }
        catch (SQLException sqlException) {
            throw new IOException(sqlException);
        }
    }

    private final Map<String, Dictionary> _dictionaries = new ConcurrentHashMap<>();

}
