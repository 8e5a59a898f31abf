package com.liferay.lab.upgrade;

import com.liferay.lab.portal.Line;
import com.liferay.portal.kernel.dao.db.DB;
import com.liferay.portal.kernel.dao.db.DBManagerUtil;
import com.liferay.portal.kernel.dao.db.DBProcessContext;
import com.liferay.portal.kernel.upgrade.UpgradeException;
import com.liferay.portal.kernel.upgrade.UpgradeStep;

import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

import org.osgi.framework.Bundle;

/** The edge from 0.0.0 of a service module: runs the SQL files of its bundle (spec/upgrade-internals.md 2.4). */
class InitialStep implements UpgradeStep {

    InitialStep(Bundle bundle) {
        _bundle = bundle;
    }

    @Override
    public String toString() {
        return "Initial Database Creation";
    }

    @Override
    public void upgrade(DBProcessContext context) throws UpgradeException {
        DB db = DBManagerUtil.getDB();

        for (String file : new String[] {"tables.sql", "sequences.sql", "indexes.sql"}) {
            URL url = _bundle.getEntry("META-INF/sql/" + file);

            if (url == null) {
                continue;
            }

            try (InputStream in = url.openStream();
                Scanner scanner = new Scanner(in, StandardCharsets.UTF_8.name()).useDelimiter("\\A")) {

                if (scanner.hasNext()) {
                    Line.runTemplate(db, scanner.next());
                }
            }
            catch (Exception exception) {
                throw new UpgradeException("has invalid content in " + file, exception);
            }
        }
    }

    private final Bundle _bundle;

}
