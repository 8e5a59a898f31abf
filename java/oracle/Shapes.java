import com.liferay.portal.kernel.upgrade.DummyUpgradeStep;
import com.liferay.portal.kernel.upgrade.UpgradeStep;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;
import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;

/**
 * Registrators of many shapes. A reader of class files must say of those in Plain to Lambda exactly what they register,
 * and of the others, which need more than their constants, that it does not know.
 */
public final class Shapes {

    private Shapes() {
    }

    /** A step with a name of its own. */
    public static class First extends DummyUpgradeStep {
    }

    /** Another one, with arguments. */
    public static class Second extends DummyUpgradeStep {

        public Second(String table, int... columns) {
        }
    }

    private static UpgradeStep make() {
        return new Second("made");
    }

    public static class Plain implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            registry.register("0.0.0", "1.0.0", new First());
            registry.register("1.0.0", "2.0.0", new First(), new Second("table", 1, 2, 300, 70000), new First());
            registry.register("2.0.0", "2.0.1", new First() {
            });
        }
    }

    public static class Locals implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            String from = "1.0.0";
            String to = "1.0.1";
            long wide = 1L << 40;
            UpgradeStep[] steps = {new First(), new Second("x", 7)};
            registry.register(from, to, steps);
            registry.register(to, "1.0.2", steps);
            Objects.hash(wide);
        }
    }

    public static class Helpers implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            own(registry, "1.0.0");
            shared("1.1.0", registry);
        }

        private void own(Registry registry, String from) {
            registry.register(from, "1.1.0", new First());
        }

        private static void shared(String from, Registry registry) {
            registry.register(from, "1.2.0", new Second(from));
        }
    }

    public abstract static class Base implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            registry.register("0.0.1", "1.0.0", new First());
            further(registry);
        }

        protected abstract void further(Registry registry);
    }

    public static class Inherited extends Base {

        @Override
        protected void further(Registry registry) {
            registry.register("1.0.0", "1.0.1", new Second("inherited"));
        }
    }

    public static class Lambda implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            registry.register("1.0.0", "1.0.1", context -> System.out.println(registry));
            registry.register("1.0.1", "1.0.2", make());
        }
    }

    public static class Loop implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            registry.register("1.0.0", "1.0.1", new First());
            for (int number = 1; number < 3; number++) {
                registry.register("1.0." + number, "1.0." + (number + 1), new First());
            }
        }
    }

    public static class Condition implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            if (System.getProperty("java.version") != null) {
                registry.register("1.0.0", "1.0.1", new First());
            }
        }
    }

    public static class Concatenated implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            String version = String.valueOf(1);
            registry.register("1.0.0", "1.0." + version, new First());
            registry.register("1.0.1", "1.0.2", new First());
        }
    }

    public static class Changed implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            UpgradeStep[] steps = {new First(), new Second("x")};
            Collections.reverse(Arrays.asList(steps));
            registry.register("1.0.0", "1.0.1", steps);
        }
    }

    public static class HandedAway implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            Objects.requireNonNull(registry).register("1.0.0", "1.0.1", new First());
        }
    }

    public static class Captured implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            registry.register("1.0.0", "1.0.1", new First());
            Arrays.asList("1.0.1", "1.0.2").forEach(from -> registry.register(from, from + ".more", new First()));
        }
    }

    public static class Kept implements UpgradeStepRegistrator {

        private Registry kept;

        @Override
        public void register(Registry registry) {
            kept = registry;
            more();
            registry.register("1.0.0", "1.0.1", new First());
        }

        private void more() {
            kept.register("1.0.1", "1.0.2", new First());
        }
    }

    public static class InArray implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            more(new Registry[] {registry});
            registry.register("1.0.0", "1.0.1", new First());
        }

        private static void more(Registry[] registries) {
            registries[0].register("1.0.1", "1.0.2", new First());
        }
    }

    public static class Throwing implements UpgradeStepRegistrator {

        @Override
        public void register(Registry registry) {
            registry.register("1.0.0", "1.0.1", new First());
            throw new IllegalStateException("on purpose");
        }
    }
}
