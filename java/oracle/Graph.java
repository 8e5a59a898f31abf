import com.liferay.osgi.service.tracker.collections.map.PropertyServiceReferenceComparator;
import com.liferay.osgi.service.tracker.collections.map.PropertyServiceReferenceMapper;
import com.liferay.osgi.service.tracker.collections.map.ServiceTrackerMap;
import com.liferay.osgi.service.tracker.collections.map.ServiceTrackerMapFactory;
import com.liferay.portal.kernel.configuration.Configuration;
import com.liferay.portal.kernel.configuration.ConfigurationFactory;
import com.liferay.portal.kernel.configuration.ConfigurationFactoryUtil;
import com.liferay.portal.kernel.dao.db.DBProcessContext;
import com.liferay.portal.kernel.upgrade.UpgradeStep;
import com.liferay.portal.upgrade.internal.graph.ReleaseGraphManager;
import com.liferay.portal.upgrade.registry.UpgradeInfo;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistratorTracker;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * Asks the real module executor which steps it would take.
 *
 * Everything between the call of register and the path is real: UpgradeStepRegistratorTracker, Equinox' service registry,
 * the map of services that ReleaseManagerOSGiCommands opens (same filter, mapper, customizer and order), and
 * ReleaseGraphManager.
 *
 * Argument: a file of tab-separated lines. "graph" begins a module; "initial" TO, "register" FROM TO CLASS... and
 * "publish" FROM TO CLASS DATABASE (which may be empty) are done in the order of the lines; "current" VERSION is the
 * question. The answer is a line: "nothing"; "path" with FROM TO CLASS for each step; "ends" with the end versions.
 */
public final class Graph {

    private static final String NAME = "upgrade.bundle.symbolic.name";

    private static final String FROM = "upgrade.from.schema.version";

    private final BundleContext context;

    private final ServiceTrackerMap<String, List<UpgradeInfo>> steps;

    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    private int modules;

    private Graph(BundleContext context) throws Exception {
        this.context = context;
        ConfigurationFactoryUtil.setConfigurationFactory(serviceProperties());
        Method activate = UpgradeStepRegistratorTracker.class.getDeclaredMethod("activate", BundleContext.class);
        activate.setAccessible(true);
        activate.invoke(new UpgradeStepRegistratorTracker(), context);
        steps = ServiceTrackerMapFactory.openMultiValueMap(
            context, UpgradeStep.class,
            "(&(" + NAME + "=*)(|(upgrade.db.type=any)(upgrade.db.type=hypersonic)))",
            new PropertyServiceReferenceMapper<>(NAME), customizer(),
            Collections.reverseOrder(new PropertyServiceReferenceComparator<UpgradeStep>(FROM)), null);
    }

    public static void main(String[] arguments) throws Exception {
        Path storage = Files.createTempDirectory("raylift-graph");
        Framework framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(
            Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
        framework.start();
        StringBuilder answers = new StringBuilder();
        try {
            Graph graph = new Graph(framework.getBundleContext());
            for (String line : Files.readAllLines(Path.of(arguments[0]))) {
                graph.line(line.split("\t", -1), answers);
            }
        } finally {
            framework.stop();
            framework.waitForStop(0);
            delete(storage);
        }
        System.out.print(answers);
    }

    private void line(String[] fields, StringBuilder answers) {
        switch (fields[0]) {
            case "graph" -> next();
            case "initial" -> registrations.addAll(UpgradeStepRegistratorTracker.register(
                context, module(), "0.0.0", fields[1], new Step("Initial Database Creation")));
            case "register" -> register(fields);
            case "publish" -> publish(fields);
            case "current" -> answers.append(answer(fields[1])).append('\n');
            default -> throw new IllegalArgumentException(fields[0]);
        }
    }

    private void next() {
        registrations.forEach(ServiceRegistration::unregister);
        registrations.clear();
        modules++;
    }

    private String module() {
        return "module" + modules;
    }

    private void register(String[] fields) {
        UpgradeStep[] classes =
            Arrays.stream(fields).skip(3).map(Step::new).toArray(UpgradeStep[]::new);
        UpgradeStepRegistrator registrator =
            registry -> registry.register(module(), fields[1], fields[2], classes);
        registrations.add(context.registerService(UpgradeStepRegistrator.class, registrator, null));
    }

    private void publish(String[] fields) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(NAME, module());
        properties.put(FROM, fields[1]);
        properties.put("upgrade.to.schema.version", fields[2]);
        if (!fields[4].isEmpty()) {
            properties.put("upgrade.db.type", fields[4]);
        }
        registrations.add(context.registerService(UpgradeStep.class, new Step(fields[3]), properties));
    }

    private String answer(String current) {
        List<UpgradeInfo> known = steps.getService(module());
        if (known == null) {
            return "nothing";
        }
        List<List<UpgradeInfo>> paths = new ReleaseGraphManager(known).getUpgradeInfosList(current);
        if (paths.isEmpty()) {
            return "nothing";
        }
        StringBuilder answer = new StringBuilder();
        if (paths.size() > 1) {
            answer.append("ends");
            for (List<UpgradeInfo> path : paths) {
                answer.append('\t').append(path.get(path.size() - 1).getToSchemaVersionString());
            }
            return answer.toString();
        }
        answer.append("path");
        for (UpgradeInfo step : paths.get(0)) {
            answer.append('\t').append(step.getFromSchemaVersionString())
                .append('\t').append(step.getToSchemaVersionString())
                .append('\t').append(step.getUpgradeStep());
        }
        return answer.toString();
    }

    /** What reads service.properties, for the build number: an empty file. */
    private static ConfigurationFactory serviceProperties() {
        ClassLoader loader = Graph.class.getClassLoader();
        Object configuration = Proxy.newProxyInstance(
            loader, new Class<?>[] {Configuration.class}, (proxy, method, values) -> new Properties());
        return (ConfigurationFactory) Proxy.newProxyInstance(
            loader, new Class<?>[] {ConfigurationFactory.class}, (proxy, method, values) -> configuration);
    }

    /** The commands' own way from a service to an UpgradeInfo; a private class. */
    @SuppressWarnings("unchecked")
    private ServiceTrackerCustomizer<UpgradeStep, UpgradeInfo> customizer() throws Exception {
        Constructor<?> constructor = Class.forName(
            "com.liferay.portal.upgrade.internal.release.osgi.commands."
                + "ReleaseManagerOSGiCommands$UpgradeServiceTrackerCustomizer").getDeclaredConstructor(BundleContext.class);
        constructor.setAccessible(true);
        return (ServiceTrackerCustomizer<UpgradeStep, UpgradeInfo>) constructor.newInstance(context);
    }

    private static void delete(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private record Step(String name) implements UpgradeStep {

        @Override
        public void upgrade(DBProcessContext context) {
            throw new UnsupportedOperationException(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
