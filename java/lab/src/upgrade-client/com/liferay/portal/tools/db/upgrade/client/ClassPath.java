package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Class path of the core upgrade, in the order of the line's client (spec/upgrade-internals.md 7.2). */
class ClassPath {

    static String of(File folder, PropertyFile server) throws IOException {
        List<String> paths = new ArrayList<>();
        String environment = System.getenv("LIFERAY_CLASSPATH");

        if (environment != null) {
            paths.add(environment);
        }

        jars(paths, new File(folder, "lib"), Integer.MAX_VALUE);
        paths.add(folder.getPath());
        jars(paths, folder, 1);

        File dir = _resolve(folder, server.get("dir"));
        List<File> extra = new ArrayList<>();

        for (String name : server.get("extra.lib.dirs").split(",")) {
            if (!name.trim().isEmpty()) {
                extra.add(new File(dir, name.trim()));
            }
        }

        ClientLine.add(
            paths, new File(dir, server.get("portal.dir")), new File(dir, server.get("global.lib.dir")), extra);

        return String.join(File.pathSeparator, paths);
    }

    /** The JARs of the client itself, for the second JVM's own class path. */
    static String ofClient(File folder) throws IOException {
        List<String> paths = new ArrayList<>();

        jars(paths, folder, Integer.MAX_VALUE);

        return String.join(File.pathSeparator, paths);
    }

    private static File _resolve(File folder, String path) throws IOException {
        File file = new File(path);

        return (file.isAbsolute() ? file : new File(folder, path)).getCanonicalFile();
    }

    /** The files with names ending in {@code jar}, at most this deep. */
    static void jars(List<String> paths, File folder, int depth) throws IOException {
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
