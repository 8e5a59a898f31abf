package com.liferay.lab.upgrade;

import java.io.IOException;
import java.util.Dictionary;
import java.util.function.Function;

import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Lets the web application read the configuration of a PID. */
@Component(property = "lab.page=configuration", service = Function.class)
public class ConfigurationPage implements Function<String, Dictionary<String, Object>> {

    @Override
    public Dictionary<String, Object> apply(String pid) {
        try {
            Configuration[] configurations = _admin.listConfigurations("(service.pid=" + pid + ")");

            return (configurations == null) ? null : configurations[0].getProperties();
        }
        catch (InvalidSyntaxException | IOException exception) {
            throw new IllegalStateException(exception);
        }
    }

    @Reference
    protected void setConfigurationAdmin(ConfigurationAdmin admin) {
        _admin = admin;
    }

    private ConfigurationAdmin _admin;

}
