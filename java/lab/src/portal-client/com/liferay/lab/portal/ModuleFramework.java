package com.liferay.lab.portal;

import java.io.File;
import java.util.Dictionary;

/** The OSGi side of the portal; its implementation is loaded from osgi/core together with the framework. */
public interface ModuleFramework {

    /** Starts the framework, the static bundles, the configuration and then all other bundles. */
    void start(File home) throws Exception;

    /** Publishes a lifecycle milestone such as {@code database.initialized}; module upgrades run inside this call. */
    void milestone(String name) throws Exception;

    /** The configuration of a PID, or null. */
    Dictionary<String, Object> configuration(String pid) throws Exception;

    /** Text for people and tests: the bundles and the declarative-services components. */
    String modules();

    void stop() throws Exception;

}
