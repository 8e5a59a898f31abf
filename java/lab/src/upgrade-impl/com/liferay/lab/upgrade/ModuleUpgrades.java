package com.liferay.lab.upgrade;

import com.liferay.lab.portal.Line;
import com.liferay.portal.kernel.log.Log;
import com.liferay.portal.kernel.log.LogFactoryUtil;
import com.liferay.portal.kernel.model.Release;
import com.liferay.portal.kernel.module.framework.ModuleServiceLifecycle;
import com.liferay.portal.kernel.service.ReleaseLocalServiceUtil;
import com.liferay.portal.kernel.upgrade.UpgradeStep;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * Stand-in for Liferay's tracker of registrators and its manager. In 7.2, with {@code autoUpgrade} unset or true, every
 * registered step runs by itself; with false none does, not even the table creation of a new module. From 7.3 on a new
 * module's steps run always, others with {@code upgrade.database.auto.run} (spec/upgrade-internals.md 0.1, 3.2).
 */
@Component(
    configurationPid = "com.liferay.portal.upgrade.internal.configuration.ReleaseManagerConfiguration",
    configurationPolicy = ConfigurationPolicy.OPTIONAL, immediate = true, service = ModuleUpgrades.class
)
public class ModuleUpgrades
    implements ServiceTrackerCustomizer<UpgradeStepRegistrator, List<ServiceRegistration<UpgradeStep>>> {

    @Activate
    protected void activate(BundleContext context, Map<String, Object> configuration) {
        _context = context;

        _automatic = Line.isAutomatic(configuration);
        _publisher = new ReleasePublisher(context);
        _executor = new UpgradeExecutor(_publisher);

        for (Release release : ReleaseLocalServiceUtil.getReleases(-1, -1)) {
            _publisher.publish(release);
        }

        _steps = new ServiceTracker<>(context, UpgradeStep.class, new StepTracker(this));
        _steps.open();

        _initialSteps = new InitialSteps(this, context);
        _initialSteps.open();

        _registrators = new ServiceTracker<>(context, UpgradeStepRegistrator.class, this);
        _registrators.open();

        _started = true;

        for (String name : names()) {
            upgradeIfAutomatic(name);
        }
    }

    @Deactivate
    protected void deactivate() {
        _started = false;
        _registrators.close();
        _initialSteps.close();
        _steps.close();
        _publisher.close();
    }

    @Override
    public List<ServiceRegistration<UpgradeStep>> addingService(ServiceReference<UpgradeStepRegistrator> reference) {
        UpgradeStepRegistrator registrator = _context.getService(reference);
        Bundle bundle = FrameworkUtil.getBundle(registrator.getClass());
        StepRegistry registry = new StepRegistry(BuildNumber.of(bundle));

        try {
            registrator.register(registry);
        }
        catch (RuntimeException runtimeException) {
            _log.error("Unable to register the upgrade steps of " + bundle.getSymbolicName(), runtimeException);

            return Collections.emptyList();
        }

        List<ServiceRegistration<UpgradeStep>> registrations = new ArrayList<>();

        for (UpgradeInfo info : registry.infos) {
            registrations.add(publish(bundle, info));
        }

        upgradeIfAutomatic(bundle.getSymbolicName());

        return registrations;
    }

    @Override
    public void modifiedService(
        ServiceReference<UpgradeStepRegistrator> reference, List<ServiceRegistration<UpgradeStep>> registrations) {
    }

    @Override
    public void removedService(
        ServiceReference<UpgradeStepRegistrator> reference, List<ServiceRegistration<UpgradeStep>> registrations) {

        for (ServiceRegistration<UpgradeStep> registration : registrations) {
            registration.unregister();
        }
    }

    /** Publishes one step with the properties by which Liferay's manager finds it. */
    ServiceRegistration<UpgradeStep> publish(Bundle bundle, UpgradeInfo info) {
        java.util.Hashtable<String, Object> properties = new java.util.Hashtable<>();

        properties.put("build.number", info.buildNumber);
        properties.put("upgrade.bundle.symbolic.name", bundle.getSymbolicName());
        properties.put("upgrade.db.type", "any");
        properties.put("upgrade.from.schema.version", info.from);
        properties.put("upgrade.to.schema.version", info.to);

        return _context.registerService(UpgradeStep.class, info.step, properties);
    }

    /** Runs a module's pending path when steps run by themselves and the first run over all modules is over. */
    void upgradeIfAutomatic(String name) {
        boolean isNew = Line.NEW_MODULES_ALWAYS && (ReleaseLocalServiceUtil.fetchRelease(name) == null);

        if (_started && (_automatic || isNew)) {
            _runQuietly(name);
        }
    }

    void add(String name, UpgradeInfo info) {
        synchronized (_infos) {
            _infos.computeIfAbsent(name, key -> new ArrayList<>()).add(info);
        }
    }

    void remove(String name, UpgradeInfo info) {
        synchronized (_infos) {
            List<UpgradeInfo> infos = _infos.get(name);

            infos.remove(info);

            if (infos.isEmpty()) {
                _infos.remove(name);
            }
        }
    }

    /** Modules with steps, in the order in which their first step was registered. */
    List<String> names() {
        synchronized (_infos) {
            return new ArrayList<>(_infos.keySet());
        }
    }

    /** A module's steps, or null when none is registered. */
    List<UpgradeInfo> infos(String name) {
        synchronized (_infos) {
            List<UpgradeInfo> infos = _infos.get(name);

            return (infos == null) ? null : new ArrayList<>(infos);
        }
    }

    List<List<UpgradeInfo>> paths(String name) {
        return new UpgradeGraph(infos(name)).paths(UpgradeExecutor.version(name));
    }

    UpgradeExecutor executor() {
        return _executor;
    }

    @Reference(target = "(module.service.lifecycle=database.initialized)")
    protected void setModuleServiceLifecycle(ModuleServiceLifecycle moduleServiceLifecycle) {
    }

    protected void unsetModuleServiceLifecycle(ModuleServiceLifecycle moduleServiceLifecycle) {
    }

    private void _runQuietly(String name) {
        try {
            _executor.execute(name, paths(name));
        }
        catch (Throwable throwable) {
            _log.error("Failed upgrade process for module " + name, throwable);
        }
    }

    private static final Log _log = LogFactoryUtil.getLog(ModuleUpgrades.class);

    private boolean _automatic;
    private BundleContext _context;
    private UpgradeExecutor _executor;
    private final Map<String, List<UpgradeInfo>> _infos = new LinkedHashMap<>();
    private InitialSteps _initialSteps;
    private ReleasePublisher _publisher;
    private ServiceTracker<UpgradeStepRegistrator, List<ServiceRegistration<UpgradeStep>>> _registrators;
    private volatile boolean _started;
    private ServiceTracker<UpgradeStep, UpgradeInfo> _steps;

}
