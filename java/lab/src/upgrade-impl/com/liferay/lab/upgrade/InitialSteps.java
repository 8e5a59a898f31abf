package com.liferay.lab.upgrade;

import com.liferay.portal.kernel.upgrade.UpgradeStep;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.util.tracker.BundleTracker;

/**
 * Gives each bundle with {@code Liferay-Service: true} and SQL files an edge from 0.0.0 to the version in
 * {@code Liferay-Require-SchemaVersion}, or to its own version when the header is missing.
 */
class InitialSteps extends BundleTracker<ServiceRegistration<UpgradeStep>> {

    InitialSteps(ModuleUpgrades upgrades, BundleContext context) {
        super(context, Bundle.ACTIVE | Bundle.STARTING, null);

        _upgrades = upgrades;
    }

    @Override
    public ServiceRegistration<UpgradeStep> addingBundle(Bundle bundle, BundleEvent event) {
        if (!"true".equals(bundle.getHeaders("").get("Liferay-Service")) ||
            (bundle.getEntry("META-INF/sql/tables.sql") == null)) {

            return null;
        }

        String version = bundle.getHeaders("").get("Liferay-Require-SchemaVersion");

        if (version == null) {
            version = bundle.getVersion().toString();
        }

        ServiceRegistration<UpgradeStep> registration = _upgrades.publish(
            bundle, new UpgradeInfo("0.0.0", version, BuildNumber.of(bundle), new InitialStep(bundle)));

        _upgrades.upgradeIfAutomatic(bundle.getSymbolicName());

        return registration;
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, ServiceRegistration<UpgradeStep> registration) {
        registration.unregister();
    }

    private final ModuleUpgrades _upgrades;

}
