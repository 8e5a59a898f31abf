package com.liferay.lab.bootstrap;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** The bundles of the static LPKGs, replaced by or added to from osgi/static. */
class StaticBundles {

    StaticBundles(BundleInstaller installer, File home) {
        _installer = installer;
        _marketplace = new File(home, "osgi/marketplace");
        _static = new File(home, "osgi/static");
    }

    /** Installs all of them; the configuration reader comes last, since it must find the others ready. */
    void installAndMark() throws BundleException, IOException {
        List<String> overrides = new ArrayList<>();

        for (File file : LpkgBundles.files(_static, ".jar")) {
            String override = file.getName().replaceAll("\\.jar$", "");

            overrides.add(override);
            _installer.install(
                BundleInstaller.nameOf(file), "static:" + file.getName(), _level(override),
                () -> Files.newInputStream(file.toPath()));
        }

        for (File lpkg : LpkgBundles.files(_marketplace, ".lpkg")) {
            if (!isStatic(lpkg)) {
                continue;
            }

            try (ZipFile zip = new ZipFile(lpkg)) {
                for (ZipEntry entry : _jars(zip)) {
                    String name = entry.getName().replaceAll("\\.jar$", "");

                    if (overrides.contains(LpkgBundles.symbolicName(name))) {
                        continue;
                    }

                    _installer.install(
                        name, "static:" + lpkg.getName() + "!/" + entry.getName(), _level(name),
                        () -> zip.getInputStream(entry));
                }
            }
        }
    }

    /** One static bundle that does not come up ends the whole start. */
    static void verifyStarted(BundleContext context) throws BundleException {
        for (Bundle bundle : context.getBundles()) {
            boolean fragment = bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;

            if (bundle.getLocation().startsWith("static:") && !fragment && (bundle.getState() != Bundle.ACTIVE)) {
                bundle.start();
            }
        }
    }

    static boolean isStatic(File lpkg) {
        return lpkg.getName().startsWith("Liferay CE Static");
    }

    private static int _level(String name) {
        return name.startsWith("org.apache.felix.fileinstall") ? _LEVEL + 1 : _LEVEL;
    }

    private static List<ZipEntry> _jars(ZipFile zip) {
        List<ZipEntry> entries = new ArrayList<>();

        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements();) {
            ZipEntry entry = all.nextElement();

            if (entry.getName().endsWith(".jar")) {
                entries.add(entry);
            }
        }

        return entries;
    }

    private static final int _LEVEL = 1;

    private final BundleInstaller _installer;
    private final File _marketplace;
    private final File _static;

}
