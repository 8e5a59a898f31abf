package com.liferay.lab.upgrade;

import com.liferay.lab.portal.Trouble;
import com.liferay.lab.portal.TroubledStep;
import com.liferay.portal.kernel.dao.db.DBContext;
import com.liferay.portal.kernel.dao.db.DBProcessContext;
import com.liferay.portal.kernel.model.Release;
import com.liferay.portal.kernel.model.ReleaseConstants;
import com.liferay.portal.kernel.service.ReleaseLocalServiceUtil;
import com.liferay.portal.kernel.upgrade.UpgradeException;
import com.liferay.portal.kernel.upgrade.UpgradeStep;

import java.io.OutputStream;
import java.util.List;

/**
 * Runs one path: after each edge the real ReleaseLocalServiceImpl writes the version; state_ is -1 while a module with a
 * row is being upgraded, then 0 or 1 (spec/upgrade-internals.md 1.3). There is no lock, as in the executors that were
 * observed or read.
 */
class UpgradeExecutor {

    UpgradeExecutor(ReleasePublisher publisher) {
        _publisher = publisher;
    }

    static String version(String name) {
        Release release = ReleaseLocalServiceUtil.fetchRelease(name);

        if ((release == null) || (release.getSchemaVersion() == null) || release.getSchemaVersion().isEmpty()) {
            return "0.0.0";
        }

        return release.getSchemaVersion();
    }

    /** Runs the only path there is; none does nothing, several are an error. */
    void execute(String name, List<List<UpgradeInfo>> paths) throws UpgradeException {
        if (paths.size() > 1) {
            throw new IllegalStateException("There are " + paths.size() + " possible end nodes for " + version(name));
        }

        if (!paths.isEmpty()) {
            _run(name, paths.get(0));
        }
    }

    private void _run(String name, List<UpgradeInfo> path) throws UpgradeException {
        int buildNumber = 0;
        int state = ReleaseConstants.STATE_UPGRADE_FAILURE;

        try {
            _write(name, _STATE_IN_PROGRESS, 0);

            for (int i = 0; i < path.size(); i++) {
                UpgradeInfo info = path.get(i);

                _step(name, i + 1, info.step).upgrade(_context);
                ReleaseLocalServiceUtil.updateRelease(name, info.to, info.from);
                buildNumber = info.buildNumber;
            }

            state = ReleaseConstants.STATE_GOOD;
        }
        finally {
            Release release = _write(name, state, buildNumber);

            if (release != null) {
                _publisher.publish(release);
            }
        }
    }

    private static Release _write(String name, int state, int buildNumber) {
        Release release = ReleaseLocalServiceUtil.fetchRelease(name);

        if (release == null) {
            return null;
        }

        release.setState(state);

        if (buildNumber > 0) {
            release.setBuildNumber(buildNumber);
        }

        return ReleaseLocalServiceUtil.updateRelease(release);
    }

    private static UpgradeStep _step(String name, int number, UpgradeStep step) {
        String order = Trouble.current().get("module." + name);

        if ((order == null) || order.equals("lie")) {
            return step;
        }

        int colon = order.indexOf(':');
        int troubled = (colon < 0) ? 1 : Integer.parseInt(order.substring(colon + 1));

        return (number == troubled) ? new TroubledStep(order) : step;
    }

    private static final int _STATE_IN_PROGRESS = -1;

    private static final DBProcessContext _context = new DBProcessContext() {

        @Override
        public DBContext getDBContext() {
            return new DBContext();
        }

        @Override
        public OutputStream getOutputStream() {
            return System.out;
        }

    };

    private final ReleasePublisher _publisher;

}
