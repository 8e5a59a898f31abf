package com.liferay.lab.micro.internal.upgrade.v1_0_1;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "micro" to schema version 1.0.1. */
public class UpgradeMicro extends LabStep {

    public UpgradeMicro() {
        super("micro", "1.0.1");
    }

}
