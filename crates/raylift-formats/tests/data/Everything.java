import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import java.util.function.Supplier;

/** Source of everything.bin, compiled with `javac --release 8` against portal.upgrade.api and portal-kernel. */
public class Everything implements UpgradeStepRegistrator {

    private static final String[] NAMES = {"a", "b"};

    private long total;

    @Override
    public void register(Registry registry) {
        registry.register("0.0.0", "1.0.0", new com.liferay.portal.kernel.upgrade.DummyUpgradeStep());
        registry.register("1.0.0", "1.1.0", dbProcessContext -> System.out.println(NAMES[0]));
        more(registry, 3);
    }

    private void more(Registry registry, int count) {
        for (int number = 0; number < count; number++) {
            switch (number) {
                case 0: total += 1L << 33; break;
                case 1: total -= 7; break;
                case 1000: total = 0; break;
                default: total = (long) (total * 1.5);
            }
            switch (NAMES[number % 2]) {
                case "a": registry.register("1." + number, "1." + (number + 1)); break;
                default: throw new IllegalStateException("ä\0😀" + total);
            }
        }
        Supplier<String> supplier = this::toString;
        int[][] table = new int[2][3];
        synchronized (table) {
            table[1][2] = supplier.get().length();
        }
    }

}
