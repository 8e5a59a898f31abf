package com.liferay.lab.configuration;

import java.util.Collections;
import java.util.Hashtable;

import org.apache.felix.cm.PersistenceManager;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Publishes the persistence under the name that Liferay's property {@code felix.cm.pm} asks for. */
public class Activator implements BundleActivator {

    @Override
    public void start(BundleContext context) throws Exception {
        ConfigurationRows rows = new ConfigurationRows();

        rows.prepare();
        context.registerService(
            PersistenceManager.class, rows,
            new Hashtable<>(Collections.singletonMap(PersistenceManager.PROPERTY_NAME, context.getProperty("felix.cm.pm"))));
    }

    @Override
    public void stop(BundleContext context) {
    }

}
