package raylift.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of one table as a number that does not depend on the order of its rows: the sum, modulo 2 to the 128th, of
 * the MD5 of each row. Columns count in the table's own order, with their lengths, and NULL is no value.
 */
class TableDigest {

    TableDigest(Catalog catalog) throws SQLException {
        _catalog = catalog;
        _product = catalog.connection().getMetaData().getDatabaseProductName();
        _url = catalog.connection().getMetaData().getURL();
    }

    /** Answers rows and digest; null when there is no such table. */
    Map<String, Object> read(String name) throws IOException, NoSuchAlgorithmException, SQLException {
        try {
            return _readAll(name);
        }
        catch (SQLException sqlException) {
            // Drivers say in different words that there is no such table.
            if (_catalog.tables().contains(name)) {
                throw sqlException;
            }

            return null;
        }
    }

    private Map<String, Object> _readAll(String name) throws IOException, NoSuchAlgorithmException, SQLException {
        Connection connection = _catalog.connection();
        boolean autoCommit = connection.getAutoCommit();

        // PostgreSQL's driver keeps a whole result in memory unless it is read in a transaction, and large objects live
        // in one only.
        connection.setAutoCommit(false);

        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(_fetchSize());

            try (ResultSet resultSet = statement.executeQuery("select * from " + _catalog.quote(name))) {
                return _read(resultSet);
            }
        }
        finally {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        }
    }

    private Map<String, Object> _read(ResultSet resultSet) throws IOException, NoSuchAlgorithmException, SQLException {
        ResultSetMetaData metaData = resultSet.getMetaData();
        MessageDigest digest = MessageDigest.getInstance("MD5");
        int columns = metaData.getColumnCount();
        int[] kinds = new int[columns];

        for (int i = 0; i < columns; i++) {
            kinds[i] = _kind(metaData, i + 1);
        }

        long high = 0;
        long low = 0;
        long rows = 0;

        while (resultSet.next()) {
            for (int i = 0; i < columns; i++) {
                _add(digest, resultSet, i + 1, kinds[i]);
            }

            ByteBuffer sum = ByteBuffer.wrap(digest.digest());
            long rowHigh = sum.getLong();
            long rowLow = sum.getLong();

            low += rowLow;
            high += rowHigh + (Long.compareUnsigned(low, rowLow) < 0 ? 1 : 0);
            rows++;
        }

        Map<String, Object> answer = new LinkedHashMap<>();

        answer.put("rows", rows);
        answer.put("digest", String.format("%016x%016x", high, low));

        return answer;
    }

    private void _add(MessageDigest digest, ResultSet resultSet, int column, int kind) throws IOException, SQLException {
        if (kind == _LARGE_OBJECT) {
            Blob blob = resultSet.getBlob(column);

            _add(digest, blob == null ? null : blob.getBinaryStream());
        }
        else if (kind == _BYTES) {
            _add(digest, resultSet.getBinaryStream(column));
        }
        else {
            String text = resultSet.getString(column);

            _add(digest, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void _add(MessageDigest digest, byte[] bytes) {
        if (bytes == null) {
            digest.update(_NULL);

            return;
        }

        digest.update(_VALUE);
        digest.update(ByteBuffer.allocate(8).putLong(bytes.length).array());
        digest.update(bytes);
    }

    /** The length comes last: it is known last. */
    private void _add(MessageDigest digest, InputStream inputStream) throws IOException {
        if (inputStream == null) {
            digest.update(_NULL);

            return;
        }

        long length = 0;

        digest.update(_VALUE);

        try (InputStream bytes = inputStream) {
            int count;

            while ((count = bytes.read(_block)) >= 0) {
                digest.update(_block, 0, count);
                length += count;
            }
        }

        digest.update(ByteBuffer.allocate(8).putLong(length).array());
    }

    /** MySQL's driver streams for one value only; the others take it as the number of rows to fetch at once. */
    private int _fetchSize() {
        return _url != null && _url.startsWith("jdbc:mysql:") ? Integer.MIN_VALUE : 1000;
    }

    private int _kind(ResultSetMetaData metaData, int column) throws SQLException {
        // Liferay keeps BLOBs of PostgreSQL as large objects; the column holds their number.
        if (_product.equals("PostgreSQL") && metaData.getColumnTypeName(column).equals("oid")) {
            return _LARGE_OBJECT;
        }

        switch (metaData.getColumnType(column)) {
            case Types.BINARY:
            case Types.BLOB:
            case Types.LONGVARBINARY:
            case Types.VARBINARY:
                return _BYTES;
            default:
                return _TEXT;
        }
    }

    private static final int _BYTES = 1;
    private static final int _LARGE_OBJECT = 2;
    private static final byte _NULL = 0;
    private static final int _TEXT = 0;
    private static final byte _VALUE = 1;

    private final byte[] _block = new byte[1 << 16];
    private final Catalog _catalog;
    private final String _product;
    private final String _url;

}
