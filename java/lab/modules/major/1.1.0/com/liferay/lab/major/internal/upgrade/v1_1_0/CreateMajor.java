package com.liferay.lab.major.internal.upgrade.v1_1_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "major" to schema version 1.1.0. */
public class CreateMajor extends LabStep {

    public CreateMajor() {
        super("major", "1.1.0");
    }

}
