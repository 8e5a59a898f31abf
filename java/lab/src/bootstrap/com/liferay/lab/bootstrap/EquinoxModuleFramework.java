package com.liferay.lab.bootstrap;

import com.liferay.lab.portal.Line;
import com.liferay.lab.portal.ModuleFramework;
import com.liferay.portal.kernel.module.framework.ModuleServiceLifecycle;
import com.liferay.portal.util.PropsUtil;

import java.io.File;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** Real Equinox with the bundles of the home, started in the order of Liferay: static, configuration, the others. */
public class EquinoxModuleFramework implements ModuleFramework {

    /** The one framework of this JVM, made and initialised at the first call: code of the core may ask for it early. */
    static synchronized Framework framework(File home) throws Exception {
        if (_shared == null) {
            Framework framework = ServiceLoader.load(
                FrameworkFactory.class, EquinoxModuleFramework.class.getClassLoader()).iterator().next().newFramework(
                    FrameworkProperties.of(home));

            framework.init();
            _shared = framework;
        }

        return _shared;
    }

    @Override
    public void start(File home) throws Exception {
        _framework = framework(home);

        BundleContext context = _framework.getBundleContext();

        BundleLog.listen(context);

        BundleInstaller installer = new BundleInstaller(context);

        new StaticBundles(installer, home).installAndMark();
        _framework.start();
        StaticBundles.verifyStarted(context);

        new LpkgBundles(installer, new File(home, "osgi/marketplace")).install();

        if (Line.PORTAL_FOLDER_FIRST) {
            PortalBundles.install(installer, new File(home, "osgi/portal"));
        }

        _reach(context, Integer.parseInt(PropsUtil.get("module.framework.runtime.start.level")));
    }

    @Override
    public void milestone(String name) {
        _framework.getBundleContext().registerService(
            ModuleServiceLifecycle.class, new ModuleServiceLifecycle() {},
            new java.util.Hashtable<>(Collections.singletonMap("module.service.lifecycle", name)));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Dictionary<String, Object> configuration(String pid) throws Exception {
        Function<String, Dictionary<String, Object>> page = (Function<String, Dictionary<String, Object>>)_page(
            Function.class, "configuration");

        return (page == null) ? null : page.apply(pid);
    }

    @Override
    public String modules() {
        StringBuilder text = new StringBuilder();

        for (Bundle bundle : _framework.getBundleContext().getBundles()) {
            text.append(bundle.getSymbolicName()).append('\t').append(bundle.getVersion()).append('\t').append(
                _STATES.get(bundle.getState())).append('\n');
        }

        try {
            Supplier<?> page = (Supplier<?>)_page(Supplier.class, "components");

            return text.append((page == null) ? "" : page.get()).toString();
        }
        catch (Exception exception) {
            throw new IllegalStateException(exception);
        }
    }

    @Override
    public void stop() throws Exception {
        _framework.stop();
        _framework.waitForStop(_STOP_MILLIS);
    }

    private Object _page(Class<?> type, String name) throws Exception {
        BundleContext context = _framework.getBundleContext();

        for (ServiceReference<?> reference : context.getServiceReferences(type, "(lab.page=" + name + ")")) {
            return context.getService(reference);
        }

        return null;
    }

    private void _reach(BundleContext context, int level) throws InterruptedException, TimeoutException {
        CountDownLatch reached = new CountDownLatch(1);

        _framework.adapt(FrameworkStartLevel.class).setStartLevel(
            level,
            event -> {
                if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                    reached.countDown();
                }
            });

        if (!reached.await(10, TimeUnit.MINUTES)) {
            throw new TimeoutException("The module framework did not reach start level " + level);
        }
    }

    private static final Map<Integer, String> _STATES = new HashMap<>();

    private static final long _STOP_MILLIS = 10_000;

    static {
        _STATES.put(Bundle.UNINSTALLED, "UNINSTALLED");
        _STATES.put(Bundle.INSTALLED, "INSTALLED");
        _STATES.put(Bundle.RESOLVED, "RESOLVED");
        _STATES.put(Bundle.STARTING, "STARTING");
        _STATES.put(Bundle.STOPPING, "STOPPING");
        _STATES.put(Bundle.ACTIVE, "ACTIVE");
    }

    private static Framework _shared;

    private Framework _framework;

}
