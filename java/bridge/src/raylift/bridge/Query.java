package raylift.bridge;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One statement's rows as texts. The connection decides whether it may write. */
class Query {

    Query(Catalog catalog) {
        _catalog = catalog;
    }

    /** At most so many rows. */
    List<List<String>> read(String sql, long most) throws SQLException {
        List<List<String>> rows = new ArrayList<>();

        try (Statement statement = _catalog.statement()) {
            statement.setMaxRows((int)Math.min(most, Integer.MAX_VALUE));

            try (ResultSet resultSet = statement.executeQuery(sql)) {
                int columns = resultSet.getMetaData().getColumnCount();

                while (resultSet.next()) {
                    List<String> row = new ArrayList<>();

                    for (int i = 1; i <= columns; i++) {
                        row.add(resultSet.getString(i));
                    }

                    rows.add(row);
                }
            }
        }

        return rows;
    }

    private final Catalog _catalog;

}
