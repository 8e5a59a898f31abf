package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.ObjectInputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/** Main class of the second JVM: reads the class path as one serialised String from standard input. */
public class DBUpgraderLauncher {

    public static void main(String[] arguments) throws Exception {
        String classPath = (String)new ObjectInputStream(System.in).readObject();
        List<URL> urls = new ArrayList<>();

        for (String path : classPath.split(File.pathSeparator)) {
            urls.add(new File(path).toURI().toURL());
        }

        ClassLoader loader = new URLClassLoader(
            urls.toArray(new URL[0]), ClassLoader.getSystemClassLoader().getParent());

        Thread.currentThread().setContextClassLoader(loader);

        // Liferay's own client calls com.liferay.portal.tools.DBUpgrader.main, which needs its Spring context.
        loader.loadClass("com.liferay.lab.portal.UpgradeMain").getMethod("main", String[].class).invoke(
            null, (Object)arguments);
    }

}
