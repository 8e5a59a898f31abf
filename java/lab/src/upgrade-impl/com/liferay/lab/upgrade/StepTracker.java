package com.liferay.lab.upgrade;

import com.liferay.portal.kernel.upgrade.UpgradeStep;

import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/** Finds steps as OSGi services, so that a bundle may contribute one without a registrator. */
class StepTracker implements ServiceTrackerCustomizer<UpgradeStep, UpgradeInfo> {

    StepTracker(ModuleUpgrades upgrades) {
        _upgrades = upgrades;
        _context = FrameworkUtil.getBundle(StepTracker.class).getBundleContext();
    }

    @Override
    public UpgradeInfo addingService(ServiceReference<UpgradeStep> reference) {
        if (!"any".equals(reference.getProperty("upgrade.db.type"))) {
            return null;
        }

        Object number = reference.getProperty("build.number");
        UpgradeInfo info = new UpgradeInfo(
            (String)reference.getProperty("upgrade.from.schema.version"),
            (String)reference.getProperty("upgrade.to.schema.version"),
            (number instanceof Integer) ? (Integer)number : 0, _context.getService(reference));

        _upgrades.add(_name(reference), info);

        return info;
    }

    @Override
    public void modifiedService(ServiceReference<UpgradeStep> reference, UpgradeInfo info) {
    }

    @Override
    public void removedService(ServiceReference<UpgradeStep> reference, UpgradeInfo info) {
        _upgrades.remove(_name(reference), info);
    }

    private static String _name(ServiceReference<UpgradeStep> reference) {
        return (String)reference.getProperty("upgrade.bundle.symbolic.name");
    }

    private final BundleContext _context;
    private final ModuleUpgrades _upgrades;

}
