package com.liferay.lab.throwing.internal.upgrade;

import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import org.osgi.service.component.annotations.Component;

/** A registrator that fails before it registers anything. */
@Component(immediate = true, service = UpgradeStepRegistrator.class)
public class ThrowingUpgrade implements UpgradeStepRegistrator {

    @Override
    public void register(Registry registry) {
        throw new IllegalStateException("This registrator throws on purpose");
    }

}
