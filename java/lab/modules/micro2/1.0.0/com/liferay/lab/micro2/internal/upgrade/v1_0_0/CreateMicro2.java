package com.liferay.lab.micro2.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "micro2" to schema version 1.0.0. */
public class CreateMicro2 extends LabStep {

    public CreateMicro2() {
        super("micro2", "1.0.0");
    }

}
