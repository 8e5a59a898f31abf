package com.liferay.lab.micro2.internal.upgrade.v1_0_1;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "micro2" to schema version 1.0.1. */
public class UpgradeFirst extends LabStep {

    public UpgradeFirst() {
        super("micro2", "1.0.1");
    }

}
