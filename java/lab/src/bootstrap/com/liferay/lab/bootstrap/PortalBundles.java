package com.liferay.lab.bootstrap;

import com.liferay.portal.util.PropsUtil;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** The product's modules of 7.4 as plain JARs in osgi/portal; what is no longer there is uninstalled. */
class PortalBundles {

    static void install(BundleInstaller installer, File folder) throws BundleException, IOException {
        Set<String> locations = new HashSet<>();
        int level = Integer.parseInt(PropsUtil.get("module.framework.dynamic.install.start.level"));

        for (File file : LpkgBundles.files(folder, ".jar")) {
            String location = _PREFIX + file.getName();

            locations.add(location);
            installer.install(
                BundleInstaller.nameOf(file), location, level, () -> Files.newInputStream(file.toPath()));
        }

        for (Bundle bundle : installer.context.getBundles()) {
            if (bundle.getLocation().startsWith(_PREFIX) && !locations.contains(bundle.getLocation())) {
                bundle.uninstall();
            }
        }
    }

    private static final String _PREFIX = "portal:";

}
