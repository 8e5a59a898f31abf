package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Class path of the core upgrade, in the order of the 7.2 client (spec/upgrade-internals.md 7.2). */
class ClassPath {

    static String of(File folder, PropertyFile server) throws IOException {
        List<String> paths = new ArrayList<>();
        String environment = System.getenv("LIFERAY_CLASSPATH");

        if (environment != null) {
            paths.add(environment);
        }

        _jars(paths, new File(folder, "lib"), Integer.MAX_VALUE);
        paths.add(folder.getPath());
        _jars(paths, folder, 1);

        File dir = _resolve(folder, server.get("dir"));

        _jars(paths, new File(dir, server.get("global.lib.dir")), Integer.MAX_VALUE);

        for (String extra : server.get("extra.lib.dirs").split(",")) {
            if (!extra.trim().isEmpty()) {
                _jars(paths, new File(dir, extra.trim()), 1);
            }
        }

        File portal = new File(dir, server.get("portal.dir"));

        paths.add(new File(portal, "WEB-INF/classes").getPath());
        _jars(paths, new File(portal, "WEB-INF/lib"), Integer.MAX_VALUE);

        return String.join(File.pathSeparator, paths);
    }

    /** The JARs of the client itself, for the second JVM's own class path. */
    static String ofClient(File folder) throws IOException {
        List<String> paths = new ArrayList<>();

        _jars(paths, folder, Integer.MAX_VALUE);

        return String.join(File.pathSeparator, paths);
    }

    private static File _resolve(File folder, String path) throws IOException {
        File file = new File(path);

        return (file.isAbsolute() ? file : new File(folder, path)).getCanonicalFile();
    }

    private static void _jars(List<String> paths, File folder, int depth) throws IOException {
        if (!folder.isDirectory()) {
            return;
        }

        try (Stream<Path> files = Files.walk(folder.toPath(), depth)) {
            paths.addAll(
                files.filter(file -> file.toString().endsWith("jar")).map(Path::toString).sorted().collect(
                    Collectors.toList()));
        }
    }

}
