package com.liferay.lab.upgrade;

import com.liferay.lab.portal.SessionLog;
import com.liferay.lab.portal.Trouble;

import java.io.PrintStream;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The Gogo commands of scope {@code upgrade}; their output follows spec/upgrade-internals.md 6.3, spec/real-modules.md 2. */
@Component(
    property = {
        "osgi.command.function=check", "osgi.command.function=execute", "osgi.command.function=executeAll",
        "osgi.command.function=list", "osgi.command.scope=upgrade"
    },
    service = UpgradeCommands.class
)
public class UpgradeCommands {

    public void check() {
        for (String name : _upgrades.names()) {
            List<List<UpgradeInfo>> paths = _upgrades.paths(name);
            String version = UpgradeExecutor.version(name);

            if (paths.size() > 1) {
                System.out.println("There are " + paths.size() + " possible end nodes for " + version);
            }

            if (!paths.isEmpty()) {
                List<UpgradeInfo> path = paths.get(0);

                System.out.println(
                    "There is an upgrade process available for " + name + " from " + version + " to " +
                        path.get(path.size() - 1).to);
            }
        }
    }

    public void execute(String name) {
        _execute(name, null);
    }

    public void execute(String name, String version) {
        _execute(name, version);
    }

    public void executeAll() {
        Set<String> failed = new LinkedHashSet<>();
        Set<String> tried = new HashSet<>();
        PrintStream session = System.out;

        SessionLog.run(
            session,
            () -> {
                for (String name = _next(tried); name != null; name = _next(tried)) {
                    tried.add(name);

                    try {
                        _run(name, _upgrades.paths(name));
                    }
                    catch (Throwable throwable) {
                        session.println("\nFailed upgrade process for module " + name + ":");
                        throwable.printStackTrace(session);
                        failed.add(name);
                    }
                }
            });

        if (failed.isEmpty()) {
            session.println("All modules were successfully upgraded");

            return;
        }

        session.println("\nThe following modules had errors while upgrading:");

        for (String name : failed) {
            session.println("\t" + name);
        }

        session.println(
            "Use the command upgrade:list <module name> to get more details about the status of a specific upgrade.");
    }

    public void list() {
        for (String name : _upgrades.names()) {
            list(name);
        }
    }

    public void list(String name) {
        System.out.println("Registered upgrade processes for " + name + " " + UpgradeExecutor.version(name));

        TreeMap<String, StringBuilder> lines = new TreeMap<>();

        for (UpgradeInfo info : _upgrades.infos(name)) {
            lines.computeIfAbsent(info.from, key -> new StringBuilder()).append("\t").append(info).append("\n");
        }

        for (StringBuilder text : lines.values()) {
            System.out.print(text);
        }
    }

    @Reference
    protected void setModuleUpgrades(ModuleUpgrades upgrades) {
        _upgrades = upgrades;
    }

    protected void unsetModuleUpgrades(ModuleUpgrades upgrades) {
        _upgrades = null;
    }

    private void _execute(String name, String version) {
        List<UpgradeInfo> infos = _upgrades.infos(name);
        PrintStream session = System.out;

        if (infos == null) {
            session.println("No upgrade processes registered for " + name);

            return;
        }

        UpgradeGraph graph = new UpgradeGraph(infos);
        String current = UpgradeExecutor.version(name);
        List<List<UpgradeInfo>> paths = (version == null) ? graph.paths(current) : graph.paths(current, version);

        SessionLog.run(
            session,
            () -> {
                try {
                    _run(name, paths);
                }
                catch (Throwable throwable) {
                    throwable.printStackTrace(session);
                }
            });
    }

    private void _run(String name, List<List<UpgradeInfo>> paths) throws Exception {
        if (!Trouble.current().is("module." + name, "lie")) {
            _upgrades.executor().execute(name, paths);

            return;
        }

        for (List<UpgradeInfo> path : paths) {
            for (UpgradeInfo info : path) {
                String step = info.step.getClass().getName();

                System.out.println("INFO - Upgrading " + step);
                System.out.println("INFO - Completed upgrade process " + step + " in 1 ms");
            }
        }
    }

    private String _next(Set<String> tried) {
        for (String name : _upgrades.names()) {
            if (!tried.contains(name) && (_upgrades.paths(name).size() == 1)) {
                return name;
            }
        }

        return null;
    }

    private ModuleUpgrades _upgrades;

}
