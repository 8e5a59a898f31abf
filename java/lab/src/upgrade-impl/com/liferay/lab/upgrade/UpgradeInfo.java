package com.liferay.lab.upgrade;

import com.liferay.portal.kernel.upgrade.UpgradeStep;

/** One edge of a module's upgrade graph. Its text is what {@code upgrade:list} prints. */
class UpgradeInfo {

    UpgradeInfo(String from, String to, int buildNumber, UpgradeStep step) {
        this.from = from;
        this.to = to;
        this.buildNumber = buildNumber;
        this.step = step;
    }

    @Override
    public String toString() {
        return "{fromSchemaVersionString=" + from + ", toSchemaVersionString=" + to + ", upgradeStep=" + step + "}";
    }

    final int buildNumber;
    final String from;
    final UpgradeStep step;
    final String to;

}
