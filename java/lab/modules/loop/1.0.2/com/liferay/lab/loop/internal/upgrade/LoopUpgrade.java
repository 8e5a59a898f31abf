package com.liferay.lab.loop.internal.upgrade;

import com.liferay.lab.loop.internal.upgrade.v1_0_0.CreateLoop;
import com.liferay.lab.loop.internal.upgrade.v1_0_2.UpgradeLoop;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** Edges that are computed while it runs: nobody can read them off the class file. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class LoopUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        registry.register("0.0.0", "1.0.0", new CreateLoop());

        for (int i = 0; i < 2; i++) {
            registry.register("1.0." + i, "1.0." + (i + 1), new UpgradeLoop());
        }
    }

}
