import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Builds the Java side of the lab in one JVM:
 * {@code java -cp <biz.aQute.bnd jar> build/Build.java PARTS_INDEX OUT}.
 * PARTS_INDEX has lines {@code coordinate<TAB>absolute path}; OUT receives the files and {@code index.tsv} with lines
 * {@code release<TAB>file<TAB>place}: a file is relative to OUT, or absolute when it is a part taken as it is.
 */
public class Build {

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: Build.java PARTS_INDEX OUT");
        }

        new Build(Paths.get(arguments[0]), Paths.get(arguments[1]).toAbsolutePath()).run();
    }

    private Build(Path index, Path out) throws IOException {
        _out = out;

        for (String line : Files.readAllLines(index)) {
            String[] fields = line.split("\t");

            if (fields.length == 2) {
                _parts.put(fields[0], Paths.get(fields[1]));
            }
        }

        _lab = Paths.get(System.getProperty("lab.dir", "java/lab")).toAbsolutePath();

        if (!Files.isDirectory(_lab.resolve("src"))) {
            throw new IOException("Run this from the repository's root, or give -Dlab.dir=: no sources in " + _lab);
        }

        _readLines();
    }

    private void run() throws Exception {
        Files.createDirectories(_out);
        for (String jar : TOMCAT) {
            _extract(_part("org.apache.tomcat:tomcat:9.0.33:zip"), "lib/" + jar, _out.resolve(jar));
        }

        for (Line line : _lines.values()) {
            List<Path> sources = new ArrayList<>();

            for (String folder : line.all("sources")) {
                sources.addAll(_sources(_lab.resolve(folder)));
            }

            Path host = _compile(line, "host", sources, List.of());

            for (String release : line.all("release")) {
                for (String[] row : _table("build/places.tsv")) {
                    List<String> releases = Arrays.asList(row[0].split(","));

                    if (releases.contains(line.name) || releases.contains(release)) {
                        _place(line, release, host, row[1], row[2].replace("{shield}/", SHIELD));
                    }
                }

                _packBundles(line, release, host);
            }

            _packModules(line, host);
        }

        Files.write(_out.resolve("index.tsv"), _index);
    }

    /** A line of releases: they share sources, what these are compiled with, and the layout (build/lines.tsv). */
    private static class Line {

        Line(String name) {
            this.name = name;
        }

        List<String> all(String key) {
            return values.getOrDefault(key, List.of());
        }

        String one(String key) {
            return all(key).get(0);
        }

        /** Modules are plain JARs, and not in LPKGs. */
        boolean isPlain() {
            return name.equals("7.4");
        }

        final String name;
        final Map<String, List<String>> values = new HashMap<>();

    }

    private void _readLines() throws IOException {
        for (String[] row : _table("build/lines.tsv")) {
            Line line = _lines.computeIfAbsent(row[0], Line::new);

            line.values.computeIfAbsent(row[1], key -> new ArrayList<>()).add(row[2]);
        }
    }

    /* Whole files: real parts, the stand-in's plain JARs, files that are taken as they are. */

    private void _place(Line line, String release, Path host, String source, String place) throws IOException {
        String name = place.substring(place.lastIndexOf('/') + 1);

        if (source.startsWith("file:")) {
            _index.add(release + "\t" + _lab.resolve("files").resolve(source.substring(5)) + "\t" + place);
        }
        else if (source.startsWith("part:")) {
            _jar(line, release, host, source.substring(5), _out.resolve(release + "/" + name));
            _index.add(release + "\t" + release + "/" + name + "\t" + place);
        }
        else if (RETAGGED.contains(name)) {
            String copy = release + "/" + name;

            _retag(line, _part(source), release, _out.resolve(copy));
            _index.add(release + "\t" + copy + "\t" + place);
        }
        else {
            _index.add(release + "\t" + _part(source) + "\t" + place);
        }
    }

    /** Copies a JAR with the Liferay-Portal-* headers of the release: only one build of it can be had. */
    private void _retag(Line line, Path part, String release, Path target) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        Manifest manifest = new Manifest();

        try (JarFile jar = new JarFile(part.toFile())) {
            if (jar.getManifest() != null) {
                manifest = new Manifest(jar.getManifest());
            }

            for (ZipEntry entry : (Iterable<ZipEntry>)jar.stream().map(e -> (ZipEntry)e)::iterator) {
                if (!entry.isDirectory() && !entry.getName().startsWith("META-INF/MANIFEST.MF")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        entries.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }

        _tag(manifest, line, release);
        _write(target, manifest, entries);
    }

    private void _tag(Manifest manifest, Line line, String release) throws IOException {
        String coordinate = release.equals("7.2.1") ? "com.liferay.portal:com.liferay.portal.kernel:4.35.3" : line.one("kernel");

        try (JarFile kernel = new JarFile(_part(coordinate).toFile())) {
            kernel.getManifest().getMainAttributes().forEach(
                (name, value) -> {
                    if (name.toString().startsWith("Liferay-Portal-")) {
                        manifest.getMainAttributes().put(name, value);
                    }
                });
        }
    }

    /** A JAR of the classes and other files in the folders of this name; {@code manifest.mf} is its manifest. */
    private void _jar(Line line, String release, Path classes, String part, Path target) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        Manifest manifest = new Manifest();

        for (String sources : line.all("sources")) {
            Path own = _lab.resolve(sources).resolve(part);

            if (!Files.isDirectory(own)) {
                continue;
            }

            for (String packageFolder : _packages(own)) {
                for (Path file : _files(classes.resolve(packageFolder), 1)) {
                    entries.put(packageFolder + "/" + file.getFileName(), Files.readAllBytes(file));
                }
            }

            for (Path file : _files(own, 9)) {
                if (!file.toString().endsWith(".java")) {
                    entries.put(own.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }

        byte[] attributes = entries.remove("manifest.mf");

        if (attributes != null) {
            manifest.read(new ByteArrayInputStream(attributes));
        }

        if (part.equals("support-tomcat")) {
            _tag(manifest, line, release);
        }

        if (part.equals("portal-client")) {
            entries.put("lab-release.properties", ("release=" + release + "\n").getBytes(StandardCharsets.UTF_8));
        }

        _write(target, manifest, entries);
    }

    private static void _write(Path target, Manifest manifest, Map<String, byte[]> entries) throws IOException {
        Files.createDirectories(target.getParent());
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");

        ByteArrayOutputStream text = new ByteArrayOutputStream();

        manifest.write(text);

        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target));
            ZipOutputStream zip = new ZipOutputStream(out)) {

            _entry(zip, "META-INF/MANIFEST.MF", text.toByteArray());

            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                _entry(zip, entry.getKey(), entry.getValue());
            }
        }
    }

    private static void _entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);

        // A local date, so that the bytes do not depend on the time zone.
        entry.setTimeLocal(java.time.LocalDateTime.of(2019, 11, 11, 14, 14, 48));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /* The stand-in's bundles, with the names and versions that the release's bill of materials gives them. */

    private void _packBundles(Line line, String release, Path host) throws Exception {
        Map<String, String> versions = _versions(release.equals("7.2.0b") ? "7.2.0" : release);
        String marketplace = "osgi/marketplace/Liferay CE ";
        boolean plain = line.isPlain();

        _bundle(
            release, "com.liferay.portal.upgrade.api", versions,
            plain ? "osgi/portal/" : marketplace + "Foundation - Liferay CE Portal - API.lpkg!/",
            _with(line, _part(line.one("upgrade-api"))),
            _headers("Export-Package", "com.liferay.portal.upgrade.registry;version=" + line.one("upgrade-api-version")));
        _bundle(
            release, "com.liferay.portal.upgrade.impl", versions,
            plain ? "osgi/portal/" : marketplace + "Foundation - Liferay CE Portal - Impl.lpkg!/", _with(line, host),
            _headers("Private-Package", "com.liferay.lab.upgrade"));
        _bundle(
            release, "com.liferay.portal.configuration.persistence.impl", versions,
            plain ? "osgi/static/" : marketplace + "Static - Impl.lpkg!/", _with(line, host),
            _headers(
                "Private-Package", "com.liferay.lab.configuration", "Bundle-Activator",
                "com.liferay.lab.configuration.Activator"));
    }

    private void _bundle(
            String release, String name, Map<String, String> versions, String folder, List<Path> classPath,
            Properties headers)
        throws Exception {

        String version = versions.get(name);

        if (version == null) {
            throw new IOException("The bill of materials of " + release + " does not name " + name);
        }

        headers.setProperty("Bundle-SymbolicName", name);
        headers.setProperty("Bundle-Version", version);

        String file = release + "/" + name + "-" + version + ".jar";

        _bnd(headers, classPath, _out.resolve(file));
        _index.add(release + "\t" + file + "\t" + folder + name + (folder.endsWith("!/") ? "-" + version : "") + ".jar");
    }

    /** What bnd looks at: the oldest kernel, so that the import ranges fit all releases of the line. */
    private List<Path> _with(Line line, Path classes) {
        List<Path> paths = new ArrayList<>();

        paths.add(classes);
        paths.add(_part(line.one("kernel")));
        paths.add(_part(line.one("upgrade-api")));

        line.all("osgi").forEach(coordinate -> paths.add(_part(coordinate)));
        paths.add(_part(ANNOTATIONS));

        return paths;
    }

    private static Properties _headers(String... pairs) {
        Properties properties = new Properties();

        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }

        return properties;
    }

    private void _bnd(Properties headers, List<Path> classPath, Path target) throws Exception {
        try (Builder builder = new Builder()) {
            headers.setProperty("-noextraheaders", "true");
            headers.setProperty("-noimportjava", "true");
            headers.setProperty("-reproducible", "true");
            builder.setProperties(headers);

            for (Path path : classPath) {
                builder.addClasspath(path.toFile());
            }

            Jar jar = builder.build();

            if (!builder.getErrors().isEmpty()) {
                throw new IOException(target.getFileName() + ": " + builder.getErrors());
            }

            Files.createDirectories(target.getParent());
            jar.write(target.toFile());
        }
    }

    private Map<String, String> _versions(String bom) throws IOException {
        String text = Files.readString(_part("com.liferay.portal:release.portal.bom:" + bom + ":pom"));
        Map<String, String> versions = new HashMap<>();
        Matcher dependency = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL).matcher(text);

        while (dependency.find()) {
            Matcher artifact = Pattern.compile("<artifactId>(.*?)</artifactId>").matcher(dependency.group(1));
            Matcher version = Pattern.compile("<version>(.*?)</version>").matcher(dependency.group(1));

            if (artifact.find() && version.find()) {
                versions.put(artifact.group(1), version.group(1));
            }
        }

        return versions;
    }

    /* Working modules: one folder of sources a version; versions of one module cannot be compiled together. */

    private void _packModules(Line line, Path host) throws Exception {
        List<String[]> rows = new ArrayList<>();

        for (String[] row : _table("modules/modules.tsv")) {
            if (!_releases(line, row).isEmpty()) {
                rows.add(row);
            }
        }

        Map<String, Path> classes = new HashMap<>();
        List<Path> step = _sources(_lab.resolve("modules/step"));

        for (int round = 0; classes.size() < rows.size(); round++) {
            Map<String, String> chosen = new LinkedHashMap<>();

            for (String[] row : rows) {
                if (!classes.containsKey(row[1] + "-" + row[2])) {
                    chosen.putIfAbsent(row[1], row[2]);
                }
            }

            List<Path> sources = new ArrayList<>(step);

            for (Map.Entry<String, String> module : chosen.entrySet()) {
                sources.addAll(_sources(_lab.resolve("modules/" + module.getKey() + "/" + module.getValue())));
            }

            Path folder = _compile(line, "modules-" + round, sources, List.of(host));

            chosen.forEach((name, version) -> classes.put(name + "-" + version, folder));
        }

        for (String[] row : rows) {
            _packModule(line, row, classes.get(row[1] + "-" + row[2]));
        }
    }

    /** The releases of this line that have the module. */
    private static List<String> _releases(Line line, String[] row) {
        List<String> releases = new ArrayList<>();

        for (String release : row[0].split(",")) {
            if (line.all("release").contains(release.replaceAll("\\+.*", ""))) {
                releases.add(release);
            }
        }

        return releases;
    }

    private void _packModule(Line line, String[] row, Path classes) throws Exception {
        String name = "com.liferay.lab." + row[1];
        Path resources = _lab.resolve("modules/" + row[1] + "/" + row[2]);
        Properties headers = _headers("Bundle-SymbolicName", name, "Bundle-Version", row[2]);
        Set<String> packages = new TreeSet<>();

        for (String folder : _packages(resources)) {
            packages.add(folder.replace('/', '.'));
        }

        if (!packages.isEmpty()) {
            packages.add("com.liferay.lab.step");
            headers.setProperty("Private-Package", String.join(",", packages));
        }

        if (!row[3].equals("-")) {
            headers.setProperty("Liferay-Require-SchemaVersion", row[3]);
            headers.setProperty("Liferay-Service", "true");
        }

        List<String> includes = new ArrayList<>();

        for (Path file : _files(resources, 9)) {
            if (!file.toString().endsWith(".java")) {
                includes.add(resources.relativize(file) + "=" + file);
            }
        }

        headers.setProperty("-includeresource", String.join(",", includes));

        if (packages.isEmpty()) {
            headers.setProperty("-resourceonly", "true");
        }

        String jar = name + "-" + row[2] + ".jar";

        String file = line.name + "/modules/" + jar;
        String place = line.isPlain() ? "osgi/portal/" + name + ".jar" : "osgi/marketplace/Liferay CE Lab - Impl.lpkg!/" + jar;

        _bnd(headers, _with(line, classes), _out.resolve(file));

        for (String release : _releases(line, row)) {
            _index.add(release + "\t" + file + "\t" + place);
        }
    }

    /* Tools. */

    private Path _compile(Line line, String name, List<Path> sources, List<Path> more) throws IOException {
        Path target = _out.resolve("classes/" + line.name + "/" + name);

        Files.createDirectories(target);

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> classPath = new ArrayList<>(more);

        classPath.addAll(_compilePath(line));

        String path = classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));

        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            Iterable<? extends JavaFileObject> units = manager.getJavaFileObjectsFromPaths((Collection<Path>)sources);
            boolean good = compiler.getTask(
                null, manager, null,
                Arrays.asList(
                    "--release", "8", "-proc:none", "-Xlint:-options", "-nowarn", "-cp", path, "-d", target.toString()),
                null, units
            ).call();

            if (!good) {
                throw new IOException("The compiler found errors in " + name);
            }
        }

        return target;
    }

    private List<Path> _compilePath(Line line) {
        List<Path> paths = new ArrayList<>();

        for (List<String> coordinates : List.of(line.all("core"), line.all("osgi"), line.all("upgrade-api"), COMPILE)) {
            coordinates.forEach(coordinate -> paths.add(_part(coordinate)));
        }

        TOMCAT.forEach(jar -> paths.add(_out.resolve(jar)));

        return paths;
    }

    private static void _extract(Path zip, String end, Path target) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            ZipEntry entry = file.stream().filter(e -> e.getName().endsWith("/" + end)).findFirst().orElseThrow(
                () -> new IOException("no " + end + " in " + zip));

            Files.write(target, file.getInputStream(entry).readAllBytes());
        }
    }

    private Path _part(String coordinate) {
        Path path = _parts.get(coordinate);

        if (path == null) {
            throw new IllegalArgumentException("The index of parts does not name " + coordinate);
        }

        return path;
    }

    private List<String[]> _table(String name) throws IOException {
        List<String[]> rows = new ArrayList<>();

        for (String line : Files.readAllLines(_lab.resolve(name))) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                rows.add(line.split("\t"));
            }
        }

        return rows;
    }

    private static List<Path> _sources(Path folder) throws IOException {
        return _files(folder, 20).stream().filter(file -> file.toString().endsWith(".java")).collect(Collectors.toList());
    }

    private static Set<String> _packages(Path folder) throws IOException {
        Set<String> packages = new TreeSet<>();

        for (Path source : _sources(folder)) {
            packages.add(folder.relativize(source.getParent()).toString());
        }

        return packages;
    }

    private static List<Path> _files(Path folder, int depth) throws IOException {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
        }
    }

    private static final String ANNOTATIONS = "org.osgi:org.osgi.service.component.annotations:1.3.0";

    private static final List<String> COMPILE = List.of(
        ANNOTATIONS, "javax.portlet:portlet-api:3.0.1", "org.springframework:spring-core:4.3.30.RELEASE",
        "org.springframework:spring-beans:4.3.30.RELEASE", "org.springframework:spring-context:4.3.30.RELEASE",
        "javax.servlet:javax.servlet-api:4.0.1");

    private static final String SHIELD = "{tomcat}/webapps/ROOT/WEB-INF/shielded-container-lib/";

    private static final Set<String> RETAGGED = Set.of("util-java.jar", "util-slf4j.jar");

    private static final List<String> TOMCAT = List.of("catalina.jar", "tomcat-api.jar");

    private final List<String> _index = new ArrayList<>();
    private final Path _lab;
    private final Map<String, Line> _lines = new LinkedHashMap<>();
    private final Path _out;
    private final Map<String, Path> _parts = new HashMap<>();

}
