package com.liferay.lab.bulk.internal.upgrade.v1_0_1;

import com.liferay.lab.step.LabStep;
import com.liferay.lab.portal.Trouble;

/** A step of the lab's module "bulk" to schema version 1.0.1. */
public class UpgradeBulk extends LabStep {

    public UpgradeBulk() {
        super("bulk", "1.0.1");
    }

    @Override
    protected void doUpgrade() throws Exception {
        write(Trouble.current().number("bulk.rows", 2000));
    }

}
