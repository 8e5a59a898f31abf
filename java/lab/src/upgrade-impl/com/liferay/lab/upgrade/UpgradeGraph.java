package com.liferay.lab.upgrade;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A module's graph: versions compared as strings, a second edge between the same pair dropped, fewest edges win, end
 * nodes are what can be reached and leads nowhere (spec/upgrade-internals.md 3.1, spec/real-core.md 7).
 */
class UpgradeGraph {

    UpgradeGraph(List<UpgradeInfo> infos) {
        for (UpgradeInfo info : infos) {
            _edges.computeIfAbsent(info.from, key -> new LinkedHashMap<>()).putIfAbsent(info.to, info);
            _vertices.add(info.from);
            _vertices.add(info.to);
        }
    }

    /** One shortest path from the given version to each end node that can be reached. */
    List<List<UpgradeInfo>> paths(String version) {
        List<List<UpgradeInfo>> paths = new ArrayList<>();

        for (String vertex : _vertices) {
            if (!_edges.containsKey(vertex) && !vertex.equals(version)) {
                _add(paths, version, vertex);
            }
        }

        return paths;
    }

    /** The shortest path to one version, or none. */
    List<List<UpgradeInfo>> paths(String version, String end) {
        List<List<UpgradeInfo>> paths = new ArrayList<>();

        _add(paths, version, end);

        return paths;
    }

    private void _add(List<List<UpgradeInfo>> paths, String from, String to) {
        List<UpgradeInfo> path = _path(from, to);

        if (!path.isEmpty()) {
            paths.add(path);
        }
    }

    private List<UpgradeInfo> _path(String from, String to) {
        Map<String, UpgradeInfo> arrivals = new HashMap<>();
        Deque<String> queue = new ArrayDeque<>();

        queue.add(from);

        while (!queue.isEmpty()) {
            Map<String, UpgradeInfo> edges = _edges.getOrDefault(queue.remove(), Collections.emptyMap());

            for (UpgradeInfo edge : edges.values()) {
                if (!edge.to.equals(from) && (arrivals.putIfAbsent(edge.to, edge) == null)) {
                    queue.add(edge.to);
                }
            }
        }

        List<UpgradeInfo> path = new ArrayList<>();

        for (String vertex = to; arrivals.containsKey(vertex); vertex = arrivals.get(vertex).from) {
            path.add(0, arrivals.get(vertex));
        }

        return path;
    }

    private final Map<String, Map<String, UpgradeInfo>> _edges = new LinkedHashMap<>();
    private final Set<String> _vertices = new LinkedHashSet<>();

}
