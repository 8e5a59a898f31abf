import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.SortedMap;

/**
 * Loads the real com.liferay.portal.upgrade.PortalUpgradeProcess from the class path and prints what it registers.
 *
 * Output, tab-separated: "key", version, class of the step, text in the log (one line per key, in the map's own order);
 * then "latest" and "required" with the results of the real static methods.
 */
public final class Registry {

    private static final String[] MAP_FIELDS = {"_upgradeProcesses", "_upgradeVersionTreeMap"};

    private Registry() {
    }

    public static void main(String[] arguments) throws Exception {
        Class<?> process = Class.forName("com.liferay.portal.upgrade.PortalUpgradeProcess");
        for (Map.Entry<?, ?> entry : map(process).entrySet()) {
            System.out.println("key\t" + entry.getKey() + "\t" + entry.getValue().getClass().getName()
                + "\t" + text(entry.getValue()));
        }
        System.out.println("latest\t" + process.getMethod("getLatestSchemaVersion").invoke(null));
        System.out.println("required\t" + required(process));
    }

    /** What the release prints after "Upgrading ": the field of 7.4 where it is set, the class's name elsewhere. */
    private static String text(Object step) throws Exception {
        for (Class<?> type = step.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Field field = type.getDeclaredField("_upgradeInfo");
                field.setAccessible(true);
                Object text = field.get(step);
                if (text != null) {
                    return text.toString();
                }
            } catch (NoSuchFieldException absent) {
                continue;
            }
        }
        return step.getClass().getName();
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
