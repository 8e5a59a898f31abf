package com.liferay.lab.upgrade;

import java.util.function.Supplier;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Text for the lab's page of modules: each declarative-services component of a bundle of the lab with its state. */
@Component(property = "lab.page=components", service = Supplier.class)
public class ComponentsPage implements Supplier<String> {

    @Override
    public String get() {
        StringBuilder text = new StringBuilder();

        for (ComponentDescriptionDTO description : _runtime.getComponentDescriptionDTOs()) {
            if (!description.bundle.symbolicName.startsWith("com.liferay.lab.")) {
                continue;
            }

            for (ComponentConfigurationDTO configuration : _runtime.getComponentConfigurationDTOs(description)) {
                text.append("component\t").append(description.name).append('\t').append(_state(configuration.state)).append(
                    '\n');
            }
        }

        return text.toString();
    }

    @Reference
    protected void setServiceComponentRuntime(ServiceComponentRuntime runtime) {
        _runtime = runtime;
    }

    private static String _state(int state) {
        switch (state) {
            case ComponentConfigurationDTO.ACTIVE:
                return "ACTIVE";
            case ComponentConfigurationDTO.SATISFIED:
                return "SATISFIED";
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE:
                return "UNSATISFIED REFERENCE";
            default:
                return "UNSATISFIED CONFIGURATION";
        }
    }

    private ServiceComponentRuntime _runtime;

}
