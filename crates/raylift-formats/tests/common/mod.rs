//! What the tests against real implementations share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The parts that the lab has fetched, by coordinate.
#[allow(
    dead_code,
    reason = "the tests against the JDK's own classes need no parts"
)]
pub(crate) struct Parts {
    by_coordinate: BTreeMap<String, PathBuf>,
}

#[allow(
    dead_code,
    reason = "the tests against the JDK's own classes need no parts"
)]
impl Parts {
    /// Reads the index that `RAYLIFT_PARTS_INDEX` names: lines of coordinate, tabulator, path.
    pub(crate) fn load() -> Self {
        let index = std::env::var_os("RAYLIFT_PARTS_INDEX").unwrap_or_else(|| {
            panic!("RAYLIFT_PARTS_INDEX is not set; run these tests with `cargo xtask test`")
        });
        let text = fs::read_to_string(&index).unwrap_or_else(|error| {
            panic!("{index:?}: {error}; run these tests with `cargo xtask test`")
        });
        let by_coordinate = text
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(coordinate, path)| (coordinate.to_owned(), PathBuf::from(path)))
            .collect();
        Self { by_coordinate }
    }

    /// The file of a part, when it was fetched.
    pub(crate) fn find(&self, coordinate: &str) -> Option<&Path> {
        self.by_coordinate.get(coordinate).map(PathBuf::as_path)
    }
}

/// A Java program of `java/oracle`.
#[allow(dead_code, reason = "not every test asks a Java machine")]
pub(crate) fn oracle(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../java/oracle")
        .join(name)
}

/// Runs a single-file Java program with `java` from `PATH` and returns what it prints.
#[allow(dead_code, reason = "not every test asks a Java machine")]
pub(crate) fn run_java(class_path: &[&Path], program: &Path, arguments: &[&Path]) -> Vec<u8> {
    let mut command = Command::new("java");
    if !class_path.is_empty() {
        command
            .arg("-cp")
            .arg(std::env::join_paths(class_path).unwrap());
    }
    let output = command
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("java cannot be started: {error}; install a JDK 17 or newer")
        });
    assert!(
        output.status.success(),
        "{} failed: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
