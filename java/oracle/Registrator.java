import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Calls the method register of a real UpgradeStepRegistrator with a registry that prints what it is handed.
 *
 * Arguments: classes. For each a line "class" NAME, then one line for each call, tab-separated: the method, each string,
 * the class of each step. When the registrator throws, also because a step's class does not link, the last line of its
 * class is "stopped" and the reason.
 */
public final class Registrator {

    private Registrator() {
    }

    public static void main(String[] arguments) throws Exception {
        Class<?> registry = Class.forName("com.liferay.portal.upgrade.registry.UpgradeStepRegistrator$Registry");
        Object printing = Proxy.newProxyInstance(
            registry.getClassLoader(), new Class<?>[] {registry}, (proxy, method, values) -> print(method, values));
        for (String name : arguments) {
            System.out.println("class\t" + name);
            Class<?> registrator = Class.forName(name);
            Constructor<?> constructor = registrator.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method register = registrator.getMethod("register", registry);
            register.setAccessible(true);
            try {
                register.invoke(constructor.newInstance(), printing);
            } catch (InvocationTargetException exception) {
                System.out.println("stopped\t" + exception.getCause());
            }
        }
    }

    private static Object print(Method method, Object[] values) {
        StringBuilder line = new StringBuilder(method.getName());
        for (Object value : (values == null) ? new Object[0] : values) {
            if (value instanceof String) {
                line.append('\t').append(value);
                continue;
            }
            for (int index = 0; index < Array.getLength(value); index++) {
                line.append('\t').append(Array.get(value, index).getClass().getName());
            }
        }
        System.out.println(line);
        return null;
    }
}
