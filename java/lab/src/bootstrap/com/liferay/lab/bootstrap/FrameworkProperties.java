package com.liferay.lab.bootstrap;

import com.liferay.lab.portal.Line;
import com.liferay.portal.kernel.util.ReleaseInfo;
import com.liferay.portal.util.PropsUtil;

import java.io.File;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.jar.JarFile;

/** Launch properties: the portal's own {@code module.framework.properties.*}, and what the portal computes itself. */
class FrameworkProperties {

    static Map<String, String> of(File home) throws IOException {
        Map<String, String> properties = new HashMap<>();
        Properties portal = PropsUtil.getProperties("module.framework.properties.", true);

        for (String name : portal.stringPropertyNames()) {
            properties.put(name, portal.getProperty(name));
        }

        File osgi = new File(home, "osgi");
        StringBuilder folders = new StringBuilder();

        for (String name : new String[] {"configs", "portal", "modules", "war"}) {
            File folder = new File(osgi, name);

            folder.mkdirs();

            if (Line.PORTAL_FOLDER_FIRST && name.equals("portal")) {
                continue;
            }

            folders.append((folders.length() > 0) ? "," : "").append(folder.getPath());
        }

        properties.put("org.osgi.framework.storage", new File(osgi, "state").getPath());
        properties.put("felix.fileinstall.dir", folders.toString());
        properties.put("felix.fileinstall.poll", PropsUtil.get("module.framework.auto.deploy.interval"));
        properties.put("felix.fileinstall.start.level", PropsUtil.get("module.framework.dynamic.install.start.level"));
        properties.put("felix.fileinstall.tmpdir", System.getProperty("java.io.tmpdir"));
        properties.put(
            "org.osgi.framework.startlevel.beginning", PropsUtil.get("module.framework.beginning.start.level"));
        properties.put("org.osgi.framework.system.packages.extra", _packages());
        properties.put("osgi.parentClassloader", "app");
        properties.put("osgi.console.enable.builtin", "false");
        properties.put("eclipse.ignoreApp", "true");

        // Without a terminal the interactive shell of Gogo would end at once; telnet sessions have their own.
        properties.put("gosh.args", "--nointeractive --noshutdown");

        return properties;
    }

    private static String _packages() throws IOException {
        String kernel = ReleaseInfo.class.getProtectionDomain().getCodeSource().getLocation().getPath();

        try (JarFile jar = new JarFile(kernel)) {
            String exports = jar.getManifest().getMainAttributes().getValue("Export-Package");

            return exports.replaceAll(";uses:=\"[^\"]*\"", "") +
                ",com.liferay.lab.portal;version=1.0.0," + Line.LOG_PACKAGES;
        }
    }

}
