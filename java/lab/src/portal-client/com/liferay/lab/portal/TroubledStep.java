package com.liferay.lab.portal;

import com.liferay.portal.kernel.upgrade.UpgradeException;
import com.liferay.portal.kernel.upgrade.UpgradeProcess;

/** An upgrade step that fails or never ends, in place of one that a scenario names. */
public class TroubledStep extends UpgradeProcess {

    /** @param order {@code fail} or {@code hang} */
    public TroubledStep(String order) {
        _order = order;
    }

    @Override
    protected void doUpgrade() throws Exception {
        if (_order.startsWith("hang")) {
            Thread.sleep(Long.MAX_VALUE);
        }

        throw new UpgradeException("This step fails because the scenario orders it");
    }

    private final String _order;

}
