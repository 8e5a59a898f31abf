package com.liferay.lab.bulk.internal.upgrade.v1_0_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "bulk" to schema version 1.0.0. */
public class CreateBulk extends LabStep {

    public CreateBulk() {
        super("bulk", "1.0.0");
    }

}
