package com.liferay.lab.upgrade;

import com.liferay.portal.kernel.log.Log;
import com.liferay.portal.kernel.log.LogFactoryUtil;
import com.liferay.portal.kernel.model.Release;

import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;

/**
 * Publishes each row of Release_ as an OSGi service with {@code release.bundle.symbolic.name},
 * {@code release.schema.version} (an OSGi Version) and {@code release.state} (spec/upgrade-internals.md 2.5).
 */
class ReleasePublisher {

    ReleasePublisher(BundleContext context) {
        _context = context;
    }

    synchronized void publish(Release release) {
        String name = release.getServletContextName();
        Hashtable<String, Object> properties = new Hashtable<>();

        properties.put("release.bundle.symbolic.name", name);
        properties.put("release.state", release.getState());

        String version = release.getSchemaVersion();

        if ((version != null) && !version.isEmpty()) {
            try {
                properties.put("release.schema.version", new Version(version));
            }
            catch (IllegalArgumentException illegalArgumentException) {
                _log.warn("Invalid schema version for release: " + name + " " + version);
            }
        }

        ServiceRegistration<Release> before = _registrations.put(
            name, _context.registerService(Release.class, release, properties));

        if (before != null) {
            before.unregister();
        }
    }

    synchronized void close() {
        for (ServiceRegistration<Release> registration : _registrations.values()) {
            registration.unregister();
        }

        _registrations.clear();
    }

    private static final Log _log = LogFactoryUtil.getLog(ReleasePublisher.class);

    private final BundleContext _context;
    private final Map<String, ServiceRegistration<Release>> _registrations = new HashMap<>();

}
