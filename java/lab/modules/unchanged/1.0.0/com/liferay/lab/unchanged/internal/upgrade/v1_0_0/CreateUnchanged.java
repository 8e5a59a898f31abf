package com.liferay.lab.unchanged.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "unchanged" to schema version 1.0.0. */
public class CreateUnchanged extends LabStep {

    public CreateUnchanged() {
        super("unchanged", "1.0.0");
    }

}
