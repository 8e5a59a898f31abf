package com.liferay.lab.step;

import com.liferay.portal.kernel.upgrade.UpgradeProcess;

import java.sql.PreparedStatement;
import java.sql.Timestamp;

/** An upgrade step that leaves a trace: one row in its module's own table, each time it runs. */
public abstract class LabStep extends UpgradeProcess {

    /** @param module name behind {@code Lab_} in the table's name; @param version schema version the step leads to */
    protected LabStep(String module, String version) {
        table = "Lab_" + module;
        this.version = version;
    }

    @Override
    protected void doUpgrade() throws Exception {
        if (!hasTable(table)) {
            runSQL("create table " + table + " (version VARCHAR(75) null, written DATE null)");
        }

        write(1);
    }

    protected void write(int rows) throws Exception {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into " + table + " (version, written) values (?, ?)")) {

            for (int i = 0; i < rows; i++) {
                statement.setString(1, version);
                statement.setTimestamp(2, new Timestamp(System.currentTimeMillis()));
                statement.addBatch();
            }

            statement.executeBatch();
        }
    }

    protected final String table;
    protected final String version;

}
