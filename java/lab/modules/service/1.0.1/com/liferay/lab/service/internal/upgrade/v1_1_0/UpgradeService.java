package com.liferay.lab.service.internal.upgrade.v1_1_0;

import com.liferay.lab.step.LabStep;

/** A step of the lab's module "service" to schema version 1.1.0. */
public class UpgradeService extends LabStep {

    public UpgradeService() {
        super("service", "1.1.0");
    }

}
