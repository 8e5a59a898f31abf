package com.liferay.lab.major.internal.upgrade.v2_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "major" to schema version 2.0.0. */
public class UpgradeMajor extends LabStep {

    public UpgradeMajor() {
        super("major", "2.0.0");
    }

}
