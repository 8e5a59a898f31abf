//! How a release's module executor is told from others: the real one of 7.0, and small classes with the names and texts
//! that Liferay's published source of later lines has.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use common::Parts;
use raylift_formats::bundle::bundle_facts;
use raylift_model::facts::{AutomaticSwitch, ExecutorFacts, StepGrouping};
use raylift_model::names::RelativePath;

fn executor(jar: &[u8]) -> Option<ExecutorFacts> {
    let facts = bundle_facts(jar, &RelativePath::new("osgi/portal/a.jar"), None);
    facts.unwrap().unwrap().executor
}

#[test]
fn the_real_executor_of_7_0_counts_down_with_a_hyphen_and_has_the_old_switch() {
    let parts = Parts::load();
    let bytes = |coordinate| fs::read(parts.find(coordinate).unwrap()).unwrap();
    assert_eq!(
        executor(&bytes("com.liferay:com.liferay.portal.upgrade:2.8.9")),
        Some(ExecutorFacts {
            grouping: StepGrouping::Hyphen,
            expands: false,
            initialization_needs_core: false,
            switch: AutomaticSwitch::AutoUpgrade,
        })
    );
    assert_eq!(
        executor(&bytes("com.liferay:com.liferay.portal.upgrade.api:13.1.0")),
        None
    );
}

const GRAPH: (&str, &str) = (
    "graph/ReleaseGraphManager",
    "package com.liferay.portal.upgrade.internal.graph; public class ReleaseGraphManager { }",
);
/// How a class of 7.3 and later asks whether it may run.
const AUTO_RUN: (&str, &str) = (
    "executor/UpgradeExecutor",
    "package com.liferay.portal.upgrade.internal.executor; public class UpgradeExecutor {
        static class DBUpgrader { static boolean isUpgradeDatabaseAutoRunEnabled() { return false; } }
        boolean runs() { return DBUpgrader.isUpgradeDatabaseAutoRunEnabled(); } }",
);

fn registry(body: &str) -> String {
    format!(
        "package com.liferay.portal.upgrade.internal.registry; import java.util.*;
         public class UpgradeStepRegistry {{ List<Object> infos = new ArrayList<>(); {body} }}"
    )
}

/// A JAR of these sources, compiled for a Java version.
fn compile(release: &str, sources: &[(&str, &str)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("com/liferay/portal/upgrade/internal");
    let mut files = Vec::new();
    for (name, text) in sources {
        let file = base.join(format!("{name}.java"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        files.push(file);
    }
    let output = Command::new("javac")
        .args(["--release", release, "-nowarn", "-d"])
        .arg(folder.path())
        .args(&files)
        .output()
        .unwrap_or_else(|error| {
            panic!("javac cannot be started: {error}; install a JDK 17 or newer")
        });
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut jar = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| {
        jar.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        jar.write_all(bytes).unwrap();
    };
    add(
        "META-INF/MANIFEST.MF",
        b"Manifest-Version: 1.0\nBundle-SymbolicName: com.liferay.portal.upgrade.impl\n",
    );
    for (name, _) in sources {
        let class = format!("{name}.class");
        let path = Path::new("com/liferay/portal/upgrade/internal").join(&class);
        add(
            path.to_str().unwrap(),
            &fs::read(folder.path().join(&path)).unwrap(),
        );
    }
    jar.finish().unwrap().into_inner()
}

#[test]
fn later_executors_are_told_apart_by_the_texts_of_their_registry() {
    let down = |separator: &str| {
        registry(&format!(
            "void register(String to, int count) {{
                for (int i = 0; i < count - 1; i++) infos.add(to + \"{separator}\" + (i - count + 1)); }}"
        ))
    };
    let (hyphen, dot) = (down("-step"), down(".step"));
    let one = registry(
        "private boolean _portalUpgraded;
         static class UpgradeProcess { Object[] getUpgradeSteps() { return null; } }
         void register(Object... steps) {
             List<Object> all = new ArrayList<>();
             for (Object step : steps) all.addAll(Arrays.asList(((UpgradeProcess)step).getUpgradeSteps()));
             infos.add(all); }",
    );
    let other = "package com.liferay.portal.upgrade.internal.registry; public class UpgradeStepRegistry { }";
    // Java 8 calls StringBuilder, later versions put the text into a recipe of the call site.
    for release in ["8", "17"] {
        for (source, grouping, expands) in [
            (hyphen.as_str(), StepGrouping::Hyphen, false),
            (dot.as_str(), StepGrouping::Dot, false),
            (one.as_str(), StepGrouping::OneEdge, true),
            (other, StepGrouping::Undetermined, false),
        ] {
            let jar = compile(
                release,
                &[GRAPH, AUTO_RUN, ("registry/UpgradeStepRegistry", source)],
            );
            assert_eq!(
                executor(&jar),
                Some(ExecutorFacts {
                    grouping,
                    expands,
                    initialization_needs_core: grouping == StepGrouping::OneEdge,
                    switch: AutomaticSwitch::AutoRun,
                })
            );
        }
    }
}

#[test]
fn an_executor_that_says_nothing_is_undetermined() {
    let found = executor(&compile("8", &[GRAPH])).unwrap();
    assert_eq!(found.grouping, StepGrouping::Undetermined);
    assert_eq!(found.switch, AutomaticSwitch::Undetermined);
}
