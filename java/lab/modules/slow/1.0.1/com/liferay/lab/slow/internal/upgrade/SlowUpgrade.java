package com.liferay.lab.slow.internal.upgrade;

import com.liferay.lab.slow.internal.upgrade.v1_0_0.CreateSlow;
import com.liferay.lab.slow.internal.upgrade.v1_0_1.UpgradeSlow;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** One micro step that takes its time. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class SlowUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        registry.register("0.0.0", "1.0.0", new CreateSlow());
        registry.register("1.0.0", "1.0.1", new UpgradeSlow());
    }

}
