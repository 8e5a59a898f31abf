import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.SortedMap;

/**
 * Loads the real com.liferay.portal.upgrade.PortalUpgradeProcess from the class path and prints what it registers.
 *
 * Output, tab-separated: "key", version, class of the step (one line per key, in the map's own order);
 * then "latest" and "required" with the results of the real static methods.
 */
public final class Registry {

    private static final String[] MAP_FIELDS = {"_upgradeProcesses", "_upgradeVersionTreeMap"};

    private Registry() {
    }

    public static void main(String[] arguments) throws Exception {
        Class<?> process = Class.forName("com.liferay.portal.upgrade.PortalUpgradeProcess");
        for (Map.Entry<?, ?> entry : map(process).entrySet()) {
            System.out.println("key\t" + entry.getKey() + "\t" + entry.getValue().getClass().getName());
        }
        System.out.println("latest\t" + process.getMethod("getLatestSchemaVersion").invoke(null));
        System.out.println("required\t" + required(process));
    }

    private static Object required(Class<?> process) throws Exception {
        Method method = process.getMethod("getRequiredSchemaVersion");
        return method.invoke(null);
    }

    private static SortedMap<?, ?> map(Class<?> process) throws Exception {
        for (String name : MAP_FIELDS) {
            try {
                Field field = process.getDeclaredField(name);
                field.setAccessible(true);
                return (SortedMap<?, ?>) field.get(null);
            } catch (NoSuchFieldException absent) {
                continue;
            }
        }
        throw new IllegalStateException("PortalUpgradeProcess has none of the known map fields");
    }
}
