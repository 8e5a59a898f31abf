package raylift.bridge;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Versions of stored documents, the newest first; null when a table is missing. */
class Documents {

    Documents(Catalog catalog) {
        _catalog = catalog;
    }

    /** At most so many, of those below a version's id where one is given. */
    List<Map<String, Object>> read(long most, Long below) throws SQLException {
        String versions = _catalog.find("DLFileVersion");
        String entries = _catalog.find("DLFileEntry");

        if (versions == null || entries == null) {
            return null;
        }

        List<Map<String, Object>> rows = new ArrayList<>();

        if (most <= 0) {
            return rows;
        }

        String label = _hasStoreLabel(versions) ? ", v.storeUUID" : "";
        String condition = below == null ? "" : "where v.fileVersionId < " + below + " ";

        try (Statement statement = _catalog.statement()) {
            statement.setMaxRows((int)Math.min(most, Integer.MAX_VALUE));

            try (ResultSet resultSet = statement.executeQuery(
                    "select v.fileVersionId, e.companyId, e.repositoryId, e.folderId, e.name, v.version, v.size_" + label +
                        " from " + versions + " v inner join " + entries + " e on e.fileEntryId = v.fileEntryId " +
                            condition + "order by v.fileVersionId desc")) {

                Columns columns = new Columns(resultSet);

                while (resultSet.next()) {
                    rows.add(_row(columns));
                }
            }
        }

        return rows;
    }

    /** Late releases of 7.4 name a version in the store by this column, too. */
    private boolean _hasStoreLabel(String versions) throws SQLException {
        try (Statement statement = _catalog.statement();
            ResultSet resultSet = statement.executeQuery("select * from " + versions + " where 0 = 1")) {

            return new Columns(resultSet).has("storeUUID");
        }
    }

    private static Map<String, Object> _row(Columns columns) throws SQLException {
        Map<String, Object> row = new LinkedHashMap<>();

        row.put("fileVersionId", columns.number("fileVersionId"));
        row.put("companyId", columns.number("companyId"));
        row.put("repositoryId", columns.number("repositoryId"));
        row.put("folderId", columns.number("folderId"));
        row.put("name", columns.text("name"));
        row.put("version", columns.text("version"));
        row.put("storeUUID", columns.text("storeUUID"));
        row.put("size", columns.number("size_"));

        return row;
    }

    private final Catalog _catalog;

}
