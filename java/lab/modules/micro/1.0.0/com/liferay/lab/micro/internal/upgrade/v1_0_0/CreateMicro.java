package com.liferay.lab.micro.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "micro" to schema version 1.0.0. */
public class CreateMicro extends LabStep {

    public CreateMicro() {
        super("micro", "1.0.0");
    }

}
