package com.liferay.lab.slow.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "slow" to schema version 1.0.0. */
public class CreateSlow extends LabStep {

    public CreateSlow() {
        super("slow", "1.0.0");
    }

}
