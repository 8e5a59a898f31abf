package com.liferay.lab.bootstrap;

import com.liferay.portal.util.PropsUtil;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * Installs the JARs inside the LPKG files of osgi/marketplace. An LPKG that did not change since the last start is not
 * opened; a JAR in marketplace/override replaces the one of the same symbolic name.
 */
class LpkgBundles {

    LpkgBundles(BundleInstaller installer, File marketplace) {
        _installer = installer;
        _marketplace = marketplace;
        _memory = installer.context.getDataFile("lab-lpkg.properties");
    }

    void install() throws BundleException, IOException {
        Properties before = _remembered();
        Properties now = new Properties();
        Map<String, File> overrides = new HashMap<>();
        Set<String> locations = new HashSet<>();

        for (File file : files(new File(_marketplace, "override"), ".jar")) {
            overrides.put(file.getName().replaceAll("\\.jar$", ""), file);
        }

        int level = Integer.parseInt(PropsUtil.get("module.framework.dynamic.install.start.level"));

        for (File lpkg : files(_marketplace, ".lpkg")) {
            if (StaticBundles.isStatic(lpkg)) {
                continue;
            }

            String location = _PREFIX + lpkg.getName();
            String mark = lpkg.length() + " " + lpkg.lastModified() + " " + overrides.values().hashCode() + " ";

            locations.add(location);

            // The number of bundles tells when the framework died before it could save its state.
            if (!(mark + _count(location)).equals(before.getProperty(lpkg.getName()))) {
                _install(lpkg, overrides, level);
            }

            now.setProperty(lpkg.getName(), mark + _count(location));
        }

        _uninstallOthers(locations);

        try (OutputStream out = Files.newOutputStream(_memory.toPath())) {
            now.store(out, null);
        }
    }

    private void _install(File lpkg, Map<String, File> overrides, int level) throws BundleException, IOException {
        try (ZipFile zip = new ZipFile(lpkg)) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
                ZipEntry entry = entries.nextElement();

                if (!entry.getName().endsWith(".jar")) {
                    continue;
                }

                String name = entry.getName().replaceAll("\\.jar$", "");
                File override = overrides.get(symbolicName(name));
                String location = _PREFIX + lpkg.getName() + "!/" + entry.getName();

                if (override != null) {
                    _installer.install(
                        override.getPath(), location, level, () -> Files.newInputStream(override.toPath()));
                }
                else {
                    _installer.install(name, location, level, () -> zip.getInputStream(entry));
                }
            }
        }
    }

    private int _count(String location) {
        int count = 0;

        for (Bundle bundle : _installer.context.getBundles()) {
            if (bundle.getLocation().startsWith(location + "!/")) {
                count++;
            }
        }

        return count;
    }

    private void _uninstallOthers(Set<String> lpkgs) throws BundleException {
        for (Bundle bundle : _installer.context.getBundles()) {
            int end = bundle.getLocation().indexOf("!/");

            if (bundle.getLocation().startsWith(_PREFIX) && (end > 0) &&
                !lpkgs.contains(bundle.getLocation().substring(0, end))) {

                bundle.uninstall();
            }
        }
    }

    private Properties _remembered() throws IOException {
        Properties properties = new Properties();

        if (_memory.exists()) {
            try (InputStream in = Files.newInputStream(_memory.toPath())) {
                properties.load(in);
            }
        }

        return properties;
    }

    static File[] files(File folder, String extension) {
        File[] files = folder.listFiles((parent, name) -> name.endsWith(extension));

        if (files == null) {
            return new File[0];
        }

        Arrays.sort(files);

        return files;
    }

    /** Symbolic name out of {@code symbolic.name-1.2.3}. */
    static String symbolicName(String name) {
        Matcher matcher = _VERSIONED.matcher(name);

        return matcher.matches() ? matcher.group(1) : name;
    }

    private static final String _PREFIX = "lpkg:";

    private static final Pattern _VERSIONED = Pattern.compile("(.+?)-([0-9].*)");

    private final BundleInstaller _installer;
    private final File _marketplace;
    private final File _memory;

}
