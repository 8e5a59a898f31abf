//! Real parts and the Java of this machine.

use std::path::PathBuf;

/// Where a part lies, by its coordinate, with or without a version.
pub(crate) fn part(coordinate: &str) -> PathBuf {
    let index = std::env::var("RAYLIFT_PARTS_INDEX")
        .expect("RAYLIFT_PARTS_INDEX is not set: run this test by `cargo xtask test`");
    std::fs::read_to_string(&index)
        .unwrap_or_else(|error| panic!("{index}: {error}"))
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(found, _)| {
            let version = found.strip_prefix(coordinate);
            version.is_some_and(|version| version.is_empty() || version.starts_with(':'))
        })
        .map(|(_, path)| PathBuf::from(path))
        .unwrap_or_else(|| panic!("{index} has no {coordinate}: run `cargo xtask test`"))
}

/// Home of the JDK that `JAVA_HOME` or the path leads to.
pub(crate) fn java_home() -> PathBuf {
    if let Some(home) = std::env::var_os("JAVA_HOME") {
        return home.into();
    }
    let path = std::env::var_os("PATH").unwrap();
    let java = std::env::split_paths(&path)
        .map(|folder| folder.join("java"))
        .find(|java| java.is_file())
        .expect("there is no java: install a JDK 17");
    let java = java.canonicalize().unwrap();
    java.parent().unwrap().parent().unwrap().to_owned()
}
