package com.liferay.lab.bootstrap;

import com.liferay.portal.module.framework.ModuleFramework;
import com.liferay.portal.util.PropsUtil;

import java.io.File;

import org.osgi.framework.launch.Framework;

/**
 * The module framework that 7.4's real ModuleFrameworkUtil finds as a service. Code of the core asks its framework for
 * services; the lab starts and stops it itself.
 */
public class PortalModuleFramework implements ModuleFramework {

    @Override
    public Framework getFramework() {
        try {
            return EquinoxModuleFramework.framework(new File(PropsUtil.get("liferay.home")).getCanonicalFile());
        }
        catch (Exception exception) {
            throw new IllegalStateException(exception);
        }
    }

    @Override
    public void initFramework() {
        getFramework();
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
