package com.liferay.lab.loop.internal.upgrade.v1_0_2;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "loop" to schema version 1.0.2. */
public class UpgradeLoop extends LabStep {

    public UpgradeLoop() {
        super("loop", "1.0.2");
    }

}
