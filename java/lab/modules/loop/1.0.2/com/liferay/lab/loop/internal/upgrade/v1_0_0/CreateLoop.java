package com.liferay.lab.loop.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "loop" to schema version 1.0.0. */
public class CreateLoop extends LabStep {

    public CreateLoop() {
        super("loop", "1.0.0");
    }

}
