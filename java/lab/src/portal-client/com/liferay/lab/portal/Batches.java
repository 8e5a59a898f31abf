package com.liferay.lab.portal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;

/**
 * HSQLDB 2.3.3 throws when a batch is executed to which nothing was added, where other databases change nothing; the real
 * UpgradeAccount of 7.4 does that in a database without accounts.
 */
class Batches {

    static Connection forgiving(Connection connection) {
        return _proxy(
            Connection.class,
            (proxy, method, arguments) -> {
                Object result = _call(connection, method, arguments);

                return method.getName().equals("prepareStatement") ? _forgiving((PreparedStatement)result) : result;
            });
    }

    private static PreparedStatement _forgiving(PreparedStatement statement) {
        boolean[] added = {false};

        return _proxy(
            PreparedStatement.class,
            (proxy, method, arguments) -> {
                String name = method.getName();

                if (name.equals("executeBatch") && !added[0]) {
                    return new int[0];
                }

                Object result = _call(statement, method, arguments);

                if (name.endsWith("Batch")) {
                    added[0] = name.equals("addBatch");
                }

                return result;
            });
    }

    private static <T> T _proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(Batches.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object _call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        }
        catch (InvocationTargetException invocationTargetException) {
            throw invocationTargetException.getCause();
        }
    }

}
