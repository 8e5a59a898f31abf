package com.liferay.lab.minor.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "minor" to schema version 1.0.0. */
public class CreateMinor extends LabStep {

    public CreateMinor() {
        super("minor", "1.0.0");
    }

}
