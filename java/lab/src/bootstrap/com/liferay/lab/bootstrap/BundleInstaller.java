package com.liferay.lab.bootstrap;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.startlevel.BundleStartLevel;

/** Installs bundles and marks them to be started; a name and version that are already installed are kept as they are. */
class BundleInstaller {

    /** Opens the content of a bundle; called only when it has to be installed. */
    interface Content {

        InputStream open() throws IOException;

    }

    BundleInstaller(BundleContext context) {
        this.context = context;

        for (Bundle bundle : context.getBundles()) {
            _installed.put(bundle.getSymbolicName() + "-" + bundle.getVersion(), bundle);
        }
    }

    /** Symbolic name and version of a JAR whose own name does not say them, as {@link #install} takes them. */
    static String nameOf(File file) throws IOException {
        try (JarFile jar = new JarFile(file)) {
            Attributes attributes = jar.getManifest().getMainAttributes();
            String name = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME).split(";")[0].trim();

            return name + "-" + Version.parseVersion(attributes.getValue(Constants.BUNDLE_VERSION));
        }
    }

    /**
     * Installs one bundle. {@code name} is its symbolic name and version as in the JAR's name; when such a bundle is
     * installed already, whatever its content, nothing happens.
     */
    Bundle install(String name, String location, int level, Content content) throws BundleException, IOException {
        Bundle bundle = _installed.get(name);

        if (bundle != null) {
            return bundle;
        }

        try (InputStream in = content.open()) {
            bundle = context.installBundle(location, in);
        }

        _installed.put(bundle.getSymbolicName() + "-" + bundle.getVersion(), bundle);
        bundle.adapt(BundleStartLevel.class).setStartLevel(level);

        if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
            bundle.start();
        }

        return bundle;
    }

    final BundleContext context;

    private final Map<String, Bundle> _installed = new HashMap<>();

}
