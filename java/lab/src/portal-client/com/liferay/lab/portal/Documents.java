package com.liferay.lab.portal;

import com.liferay.portal.kernel.util.StringUtil;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Dictionary;
import java.util.UUID;

/** Documents as rows of DLFileEntry and DLFileVersion and files of Liferay's simple file-system store. */
class Documents {

    Documents(Portal portal) {
        _portal = portal;
    }

    /** One line a document: id, title, size, SHA-256 of the file's content ("missing" when it cannot be read). */
    String list() throws Exception {
        StringBuilder text = new StringBuilder();

        try (Connection connection = _portal.wiring.dataSource.getConnection();
            PreparedStatement statement = connection.prepareStatement(
                "select fileEntryId, companyId, repositoryId, name, version, title, size_ from DLFileEntry " +
                    "order by fileEntryId");
            ResultSet rows = statement.executeQuery()) {

            while (rows.next()) {
                File file = _file(
                    rows.getLong("companyId"), rows.getLong("repositoryId"), rows.getString("name"),
                    rows.getString("version"));

                text.append(rows.getLong("fileEntryId")).append('\t').append(rows.getString("title")).append('\t').append(
                    rows.getLong("size_")).append('\t').append(_digest(file)).append('\n');
            }
        }

        return text.toString();
    }

    /** Writes one document: two rows and one file; answers the id. */
    long add(String title, byte[] content) throws Exception {
        long fileEntryId = _portal.wiring.counters.increment("com.liferay.counter.kernel.model.Counter");
        long fileVersionId = _portal.wiring.counters.increment("com.liferay.counter.kernel.model.Counter");
        String name = String.valueOf(
            _portal.wiring.counters.increment("com.liferay.document.library.kernel.model.DLFileEntry"));
        File file = _file(_COMPANY_ID, _REPOSITORY_ID, name, _VERSION);

        Files.createDirectories(file.getParentFile().toPath());
        Files.write(file.toPath(), content);

        try (Connection connection = _portal.wiring.dataSource.getConnection()) {
            connection.setAutoCommit(false);
            _insert(connection, "DLFileEntry", fileEntryId, 0, name, title, content.length);
            _insert(connection, "DLFileVersion", fileVersionId, fileEntryId, name, title, content.length);
            connection.commit();
        }

        return fileEntryId;
    }

    private static void _insert(
            Connection connection, String table, long id, long fileEntryId, String name, String title, long size)
        throws SQLException {

        boolean entry = fileEntryId == 0;
        Timestamp now = new Timestamp(System.currentTimeMillis());

        try (PreparedStatement statement = connection.prepareStatement(
                "insert into " + table + " (uuid_, " + (entry ? "fileEntryId, name" : "fileVersionId, fileEntryId") +
                    ", groupId, companyId, repositoryId, folderId, userId, userName, createDate, modifiedDate, fileName, " +
                        "title, mimeType, version, size_) values (?, ?, ?, ?, ?, ?, 0, 0, 'Lab Author', ?, ?, ?, ?, ?, ?, ?)")) {

            statement.setString(1, UUID.randomUUID().toString());
            statement.setLong(2, id);

            if (entry) {
                statement.setString(3, name);
            }
            else {
                statement.setLong(3, fileEntryId);
            }

            statement.setLong(4, _REPOSITORY_ID);
            statement.setLong(5, _COMPANY_ID);
            statement.setLong(6, _REPOSITORY_ID);
            statement.setTimestamp(7, now);
            statement.setTimestamp(8, now);
            statement.setString(9, title);
            statement.setString(10, title);
            statement.setString(11, "application/octet-stream");
            statement.setString(12, _VERSION);
            statement.setLong(13, size);
            statement.executeUpdate();
        }
    }

    private File _file(long companyId, long repositoryId, String name, String version) throws Exception {
        return new File(_root(), companyId + "/" + repositoryId + "/" + name + "/" + version);
    }

    private File _root() throws Exception {
        Dictionary<String, Object> configuration = _portal.framework.configuration(_STORE_PID);
        Object root = (configuration == null) ? null : configuration.get("rootDir");
        File file = new File((root == null) ? "data/document_library" : root.toString());

        return file.isAbsolute() ? file : new File(_portal.wiring.home, file.getPath());
    }

    private static String _digest(File file) throws NoSuchAlgorithmException {
        if (Trouble.current().is("documents", "missing")) {
            return "missing";
        }

        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");

            return StringUtil.bytesToHexString(digest.digest(Files.readAllBytes(file.toPath())));
        }
        catch (IOException ioException) {
            return "missing";
        }
    }

    private static final long _COMPANY_ID = 20101;

    private static final long _REPOSITORY_ID = 20124;

    private static final String _STORE_PID =
        "com.liferay.portal.store.file.system.configuration.FileSystemStoreConfiguration";

    private static final String _VERSION = "1.0";

    private final Portal _portal;

}
