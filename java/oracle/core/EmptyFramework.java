package com.liferay.lab.portal;

import com.liferay.portal.module.framework.ModuleFramework;
import com.liferay.portal.util.PropsUtil;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * STUB of 7.4's module framework, found by the real ModuleFrameworkUtil as a service: a real OSGi framework without any
 * bundle. Core classes of 7.4 ask its context for services and live without them.
 */
public final class EmptyFramework implements ModuleFramework {

    private final Framework framework;

    public EmptyFramework() throws BundleException {
        framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(Map.of(
            "org.osgi.framework.storage", PropsUtil.get("liferay.home") + "/osgi/state"));
        framework.start();
    }

    @Override
    public Framework getFramework() {
        return framework;
    }

    @Override
    public void initFramework() {
    }

    @Override
    public void registerContext(Object context) {
    }

    @Override
    public void startFramework() {
    }

    @Override
    public void stopFramework(long timeout) {
    }

    @Override
    public void unregisterContext(Object context) {
    }
}
