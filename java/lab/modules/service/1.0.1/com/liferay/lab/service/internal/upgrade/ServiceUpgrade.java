package com.liferay.lab.service.internal.upgrade;

import com.liferay.lab.service.internal.upgrade.v1_1_0.UpgradeService;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** A chain that ends above the schema version of the header. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class ServiceUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        registry.register("1.0.0", "1.1.0", new UpgradeService());
    }

}
