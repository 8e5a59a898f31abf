package com.liferay.lab.slow.internal.upgrade.v1_0_1;

import com.liferay.lab.step.LabStep;
import com.liferay.lab.portal.Trouble;

/** A step of the lab's module "slow" to schema version 1.0.1. */
public class UpgradeSlow extends LabStep {

    public UpgradeSlow() {
        super("slow", "1.0.1");
    }

    @Override
    protected void doUpgrade() throws Exception {
        Thread.sleep(Trouble.current().number("slow.seconds", 1) * 1000L);
        super.doUpgrade();
    }

}
