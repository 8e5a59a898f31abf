package com.liferay.lab.bootstrap;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
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
