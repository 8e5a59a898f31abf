package com.liferay.lab.portal;

import java.io.File;
import java.io.FileNotFoundException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Loads the module framework out of osgi/core, in a class loader below the web application's, as Liferay 7.2 does. */
class ModuleFrameworks {

    static ModuleFramework load(File home) throws Exception {
        List<URL> urls = new ArrayList<>();
        File core = new File(home, "osgi/core");
        File[] files = core.listFiles((folder, name) -> name.endsWith(".jar"));

        if (files == null) {
            throw new FileNotFoundException(core.getPath());
        }

        Arrays.sort(files);

        for (File file : files) {
            urls.add(_url(file));
        }

        ClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), ModuleFrameworks.class.getClassLoader());

        return (ModuleFramework)loader.loadClass(
            "com.liferay.lab.bootstrap.EquinoxModuleFramework").getDeclaredConstructor().newInstance();
    }

    private static URL _url(File file) throws MalformedURLException {
        return file.toURI().toURL();
    }

}
