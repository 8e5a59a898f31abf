package com.liferay.lab.minor.internal.upgrade;

import com.liferay.lab.minor.internal.upgrade.v1_0_0.CreateMinor;
import com.liferay.lab.minor.internal.upgrade.v1_1_0.UpgradeMinor;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** One minor step. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class MinorUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        registry.register("0.0.0", "1.0.0", new CreateMinor());
        registry.register("1.0.0", "1.1.0", new UpgradeMinor());
    }

}
