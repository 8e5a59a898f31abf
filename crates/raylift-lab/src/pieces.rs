//! The Java pieces of the lab: built by `java/lab/build/Build.java`, cached by their sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::LabError;
use crate::hash::InputDigest;
use crate::lab::Lab;
use crate::maven::tail;
use crate::parts::Parts;

/// The bnd JAR that the build runs with.
const BND: &str = "biz.aQute.bnd:biz.aQute.bnd:";

/// Folder with the built JARs and `index.tsv`; built when sources or parts have changed.
pub(crate) fn build(lab: &Lab, parts: &Parts) -> Result<PathBuf, LabError> {
    let java = lab.java_folder();
    let mut digest = InputDigest::new("pieces");
    // The index names files by absolute paths, so a cache shared by two checkouts keeps them apart.
    digest.add("java", java.to_string_lossy().as_bytes());
    digest.add_folder(&java, |path| {
        path.extension().is_none_or(|extension| extension != "md")
    })?;
    let folder = lab.cache().join("pieces").join(digest.key());
    let _lock = lab.lock("pieces")?;
    if folder.join("index.tsv").is_file() {
        Lab::keep_recent(&folder)?;
        return Ok(folder);
    }
    let staging = folder.with_extension("building");
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
    }
    fs::create_dir_all(&staging).map_err(LabError::io("create", &staging))?;
    let index = write_parts_index(&staging, parts.iter())?;
    run_build(&java, parts, &index, &staging)?;
    fs::rename(&staging, &folder).map_err(LabError::io("rename", &staging))?;
    Ok(folder)
}

/// Writes coordinate, tabulator, path of each of `parts` into a file in `folder`.
pub(crate) fn write_parts_index<'parts>(
    folder: &Path,
    parts: impl Iterator<Item = (&'parts str, &'parts Path)>,
) -> Result<PathBuf, LabError> {
    let index = folder.join("parts-index.tsv");
    let text: String = parts
        .map(|(coordinate, file)| format!("{coordinate}\t{}\n", file.display()))
        .collect();
    fs::write(&index, text).map_err(LabError::io("write", &index))?;
    Ok(index)
}

fn run_build(java: &Path, parts: &Parts, index: &Path, out: &Path) -> Result<(), LabError> {
    let bnd = parts
        .iter()
        .find(|(coordinate, _)| coordinate.starts_with(BND))
        .map(|(_, file)| file)
        .ok_or_else(|| LabError::data("parts.txt", 0, format!("{BND} is not listed")))?;
    let output = Command::new(machine_java().join("bin/java"))
        .arg(format!("-Dlab.dir={}", java.display()))
        .arg("-cp")
        .arg(bnd)
        .arg(java.join("build/Build.java"))
        .arg(index)
        .arg(out)
        .output()
        .map_err(|_| MISSING_JDK)?;
    if output.status.success() {
        return Ok(());
    }
    Err(LabError::Command {
        command: "java java/lab/build/Build.java".to_owned(),
        output: tail(&[output.stdout, output.stderr].concat(), 4_000),
    })
}

/// What is said when there is no JDK.
pub(crate) const MISSING_JDK: LabError = LabError::Missing {
    command: "java",
    remedy: "apt-get install openjdk-17-jdk-headless",
};

/// Home of the machine's own Java: `$JAVA_HOME`, else the folder above the `java` in `$PATH`.
pub(crate) fn machine_java() -> PathBuf {
    let declared = std::env::var_os("JAVA_HOME")
        .map(PathBuf::from)
        .filter(|home| home.join("bin/java").is_file());
    declared.unwrap_or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|folder| folder.join("java"))
            .filter_map(|java| fs::canonicalize(java).ok())
            .find_map(|java| java.ancestors().nth(2).map(Path::to_path_buf))
            .unwrap_or_default()
    })
}
