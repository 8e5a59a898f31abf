package com.liferay.lab.portal;

import com.liferay.portal.events.StartupHelperUtil;
import com.liferay.portal.kernel.upgrade.UpgradeProcess;
import com.liferay.portal.kernel.version.Version;
import com.liferay.portal.upgrade.PortalUpgradeProcess;

import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/** What the core does with the database at a start or in the upgrade client; the deciding code is Liferay's own. */
class CoreDatabase {

    CoreDatabase(CoreWiring wiring) {
        _wiring = wiring;
    }

    /** Creates the real schema when the database has no table Release_. */
    void createIfEmpty() throws Exception {
        if (!_exists("Release_")) {
            Line.createSchema(_wiring);
        }
    }

    boolean isNew() {
        return StartupHelperUtil.isDBNew();
    }

    /** What this release does at a start: upgrade when the properties ask for it, then check. */
    void check() throws Exception {
        if (Line.upgradesAtStart()) {
            upgrade();
        }

        Line.check();
    }

    /** The verify phase of this release. */
    void verify() throws Exception {
        Line.verify();
    }

    /** The real core upgrade, with the steps replaced that the trouble names. */
    void upgrade() throws Exception {
        if (!_exists("Release_")) {
            throw new IllegalStateException("The database needs to be populated");
        }

        _orderTrouble();
        Line.upgrade();
    }

    @SuppressWarnings("unchecked")
    private void _orderTrouble() throws ReflectiveOperationException {
        Field field = PortalUpgradeProcess.class.getDeclaredField(Line.STEPS);

        field.setAccessible(true);

        Map<Version, UpgradeProcess> processes = (Map<Version, UpgradeProcess>)field.get(null);

        for (String key : Trouble.current().keys()) {
            if (!key.startsWith(_CORE_STEP)) {
                continue;
            }

            Version version = Version.parseVersion(key.substring(_CORE_STEP.length()));

            if (!processes.containsKey(version)) {
                throw new IllegalArgumentException("The trouble names core step " + version + ", which does not exist");
            }

            processes.put(version, new TroubledStep(Trouble.current().get(key)));
        }
    }

    private boolean _exists(String table) throws SQLException {
        try (Connection connection = _wiring.dataSource.getConnection()) {

            // A server may have other databases with such a table.
            String catalog = connection.getCatalog();
            String[] names = {table, table.toUpperCase(), table.toLowerCase()};

            for (String name : names) {
                try (ResultSet tables = connection.getMetaData().getTables(
                        catalog, null, name, new String[] {"TABLE"})) {

                    if (tables.next()) {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static final String _CORE_STEP = "core.step.";

    private final CoreWiring _wiring;

}
