package com.liferay.lab.unchanged.internal.upgrade;

import com.liferay.lab.unchanged.internal.upgrade.v1_0_0.CreateUnchanged;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** Creates the table of a new installation. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class UnchangedUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        registry.register("0.0.0", "1.0.0", new CreateUnchanged());
    }

}
