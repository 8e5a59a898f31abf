package com.liferay.portal.tools.db.upgrade.client;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Stand-in for Liferay's upgrade client with its quirks (spec/upgrade-internals.md 7, data/real-homes.md): the
 * property files are written again, missing keys are asked for, the exit code is 0 whatever happened, and the second JVM
 * is destroyed as soon as standard input ends.
 */
public class UpgradeClient {

    public static void main(String[] arguments) {
        try {
            Options options = Options.parse(arguments);

            if (options.help) {
                System.out.println(Options.usage());

                return;
            }

            new UpgradeClient(options).upgrade();
        }
        catch (Exception exception) {
            System.err.println("Error running upgrade");
            exception.printStackTrace();
        }
    }

    private UpgradeClient(Options options) throws IOException {
        _options = options;
        _server = new PropertyFile(_folder, "app-server.properties");
        _database = new PropertyFile(_folder, "portal-upgrade-database.properties");
        _ext = new PropertyFile(_folder, "portal-upgrade-ext.properties");
    }

    private void upgrade() throws Exception {
        _askWhatIsMissing();

        UpgradeLog log = UpgradeLog.open(_folder, _options.logFile);
        Process process = _start();

        try {
            boolean modules = _copyUntilModules(process, log);

            if (modules) {
                _endGame();
            }
        }
        finally {
            log.close();
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private void _askWhatIsMissing() throws IOException {
        if (_server.lacks("server.detector.server.id")) {
            _server.require(_terminal, "server.detector.server.id", "tomcat");
            _server.require(_terminal, "dir", "../../tomcat");
            _server.require(_terminal, "extra.lib.dirs", "/bin,/lib");
            _server.require(_terminal, "global.lib.dir", ClientLine.GLOBAL_LIBRARIES);
            _server.require(_terminal, "portal.dir", "/webapps/ROOT");
        }

        if (_database.lacks("jdbc.default.driverClassName")) {
            _database.require(_terminal, "jdbc.default.driverClassName", "org.hsqldb.jdbc.JDBCDriver");
            _database.require(_terminal, "jdbc.default.url", "jdbc:hsqldb:../../data/hypersonic/lportal");
            _database.require(_terminal, "jdbc.default.username", "sa");
            _database.properties.setProperty("jdbc.default.password", _terminal.ask("Please enter jdbc.default.password: ", ""));
        }

        _ext.require(_terminal, "liferay.home", "../../");
        _server.write();
        _database.write();
        _ext.write();
    }

    private Process _start() throws IOException {
        List<String> command = new ArrayList<>();
        String javaHome = System.getenv("JAVA_HOME");

        command.add((javaHome == null) ? "java" : javaHome + "/bin/java");
        command.add("-cp");
        command.add(ClassPath.ofClient(_folder));

        if (_options.debug) {
            command.add("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=8001");
        }

        command.addAll(Arrays.asList(_options.jvmOptions.split(" ")));
        command.addAll(Arrays.asList(ClientLine.CHILD_OPTIONS));
        command.add("-Dexternal-properties=portal-upgrade.properties");
        command.add("-Dserver.detector.server.id=" + _server.get("server.detector.server.id"));
        command.add(DBUpgraderLauncher.class.getName());

        Process process = new ProcessBuilder(command).directory(_folder).redirectErrorStream(true).start();

        // The stream stays open: closing it is nothing the second JVM waits for.
        ObjectOutputStream out = new ObjectOutputStream(process.getOutputStream());

        out.writeObject(ClassPath.of(_folder, _server));
        out.flush();

        return process;
    }

    /** Copies lines until the core is done (true) or the second JVM has ended (false). */
    private static boolean _copyUntilModules(Process process, UpgradeLog log) throws IOException {
        BufferedReader reader = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));

        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            boolean end = line.contains(ClientLine.END);

            if (!end || ClientLine.END_IS_COPIED) {
                log.line(line);
            }

            if (end) {
                _drain(reader);

                return true;
            }
        }

        return false;
    }

    /** Later output is in Liferay's own log only; it must be read, or the second JVM would block on a full pipe. */
    private static void _drain(BufferedReader reader) {
        Thread thread = new Thread(
            () -> {
                try {
                    while (reader.readLine() != null) {
                        continue;
                    }
                }
                catch (IOException ioException) {
                    Thread.currentThread().interrupt();
                }
            });

        thread.setDaemon(true);
        thread.start();
    }

    private void _endGame() throws Exception {
        String console = _ext.lacks(_CONSOLE) ? "localhost:11311" : _ext.get(_CONSOLE);
        int colon = console.lastIndexOf(':');

        try (GogoTelnetClient gogo = _connect(
                (colon < 0) ? "localhost" : console.substring(0, colon),
                Integer.parseInt(console.substring(colon + 1)))) {

            if (_options.shell || !_isFinished(gogo)) {
                _shell(gogo);
            }
        }
    }

    private static GogoTelnetClient _connect(String host, int port) throws Exception {
        for (int attempt = 0;; attempt++) {
            try {
                return new GogoTelnetClient(host, port);
            }
            catch (IOException ioException) {
                if (attempt == _ATTEMPTS) {
                    throw ioException;
                }

                Thread.sleep(_PAUSE_MILLIS);
            }
        }
    }

    private static boolean _isFinished(GogoTelnetClient gogo) throws IOException {
        System.out.print("Checking to see if all upgrades have completed...");

        String check = gogo.send("upgrade:check");
        String steps = gogo.send("upgrade:list | grep Registered | grep step");
        boolean finished = check.trim().isEmpty() && steps.trim().isEmpty();

        System.out.println(
            finished ? " done." : " your upgrades have failed, have not started, or are still running.");

        return finished;
    }

    private void _shell(GogoTelnetClient gogo) throws IOException {
        System.out.println("Connecting to Gogo shell.");
        System.out.print("g! ");
        System.out.flush();

        for (String line = _terminal.read(); line != null; line = _terminal.read()) {
            if (line.equals("exit") || line.equals("quit")) {
                return;
            }

            if (!line.isEmpty()) {
                System.out.print(gogo.send(line));
            }

            System.out.print("g! ");
            System.out.flush();
        }
    }

    private static final int _ATTEMPTS = 600;

    private static final String _CONSOLE = "module.framework.properties.osgi.console";

    private static final long _PAUSE_MILLIS = 100;

    private final PropertyFile _database;
    private final PropertyFile _ext;
    private final File _folder = new File("").getAbsoluteFile();
    private final Options _options;
    private final PropertyFile _server;
    private final Terminal _terminal = new Terminal();

}
