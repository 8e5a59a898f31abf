package com.liferay.lab.major.internal.upgrade;

import com.liferay.lab.major.internal.upgrade.v1_1_0.CreateMajor;
import com.liferay.lab.major.internal.upgrade.v2_0_0.UpgradeMajor;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** One major step. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class MajorUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        registry.register("0.0.0", "1.1.0", new CreateMajor());
        registry.register("1.1.0", "2.0.0", new UpgradeMajor());
    }

}
