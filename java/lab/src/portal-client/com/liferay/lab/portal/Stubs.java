package com.liferay.lab.portal;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/** Services that Liferay's Spring context would give, as proxies; and the wiring that Spring would do, by reflection. */
class Stubs {

    /** A service of the given interface whose calls go to the handler; Object's methods are answered here. */
    static Object proxy(String typeName, InvocationHandler handler) throws ClassNotFoundException {
        Class<?> type = Class.forName(typeName);

        return Proxy.newProxyInstance(
            Stubs.class.getClassLoader(), new Class<?>[] {type},
            (proxy, method, arguments) -> {
                if (method.getDeclaringClass() == Object.class) {
                    switch (method.getName()) {
                        case "toString":
                            return "stand-in for " + typeName;
                        case "hashCode":
                            return System.identityHashCode(proxy);
                        default:
                            return proxy == arguments[0];
                    }
                }

                return handler.invoke(proxy, method, arguments);
            });
    }

    /** A service that does nothing and answers null, zero or false. */
    static Object idle(String typeName) throws ClassNotFoundException {
        return proxy(typeName, (proxy, method, arguments) -> zero(method.getReturnType()));
    }

    static Object zero(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }

        if (type == int.class) {
            return 0;
        }

        return (type == long.class) ? (Object)0L : null;
    }

    static void setStatic(String className, String field, Object value) throws ReflectiveOperationException {
        Field declared = Class.forName(className).getDeclaredField(field);

        declared.setAccessible(true);
        declared.set(null, value);
    }

    static void set(Object target, String field, Object value) throws ReflectiveOperationException {
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Field declared : type.getDeclaredFields()) {
                if (declared.getName().equals(field)) {
                    declared.setAccessible(true);
                    declared.set(target, value);

                    return;
                }
            }
        }

        throw new NoSuchFieldException(target.getClass() + "#" + field);
    }

    static Object create(String className) throws ReflectiveOperationException {
        return Class.forName(className).getDeclaredConstructor().newInstance();
    }

}
