package com.liferay.lab.minor.internal.upgrade.v1_1_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "minor" to schema version 1.1.0. */
public class UpgradeMinor extends LabStep {

    public UpgradeMinor() {
        super("minor", "1.1.0");
    }

}
