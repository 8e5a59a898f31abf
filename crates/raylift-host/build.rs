//! Compiles the Java helper that the binary carries.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Java 8 is the oldest runtime of a supported release (Liferay 7.0 to 7.3).
const LEVEL: &str = "8";

fn main() -> Result<(), Box<dyn Error>> {
    let sources = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../java/bridge/src");
    let output = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", sources.display());
    println!("cargo::rerun-if-env-changed=JAVA_HOME");
    let classes = output.join("bridge");
    if classes.exists() {
        std::fs::remove_dir_all(&classes)?;
    }
    std::fs::create_dir_all(&classes)?;
    if let Err(reason) = compile(&files_below(&sources, "java")?, &classes) {
        println!("cargo::error={reason}");
        return Ok(());
    }
    std::fs::write(output.join("bridge_classes.rs"), list(&classes)?)?;
    Ok(())
}

fn compile(sources: &[PathBuf], classes: &Path) -> Result<(), String> {
    let javac = std::env::var_os("JAVA_HOME")
        .map(|home| PathBuf::from(home).join("bin/javac").into_os_string())
        .filter(|javac| Path::new(javac).is_file())
        .unwrap_or_else(|| OsString::from("javac"));
    let result = Command::new(&javac)
        .args(["--release", LEVEL, "-encoding", "UTF-8", "-g:none", "-Xlint:-options", "-d"])
        .arg(classes)
        .args(sources)
        .output()
        .map_err(|error| {
            format!(
                "the Java compiler {} does not start ({error}): install a JDK 17 or newer (Debian: apt-get install \
                 openjdk-17-jdk-headless) or set JAVA_HOME",
                javac.display()
            )
        })?;
    if result.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&result.stderr).replace('\n', " | ");
    Err(format!(
        "java/bridge does not compile with {}: {said}",
        javac.display()
    ))
}

/// The source of a constant with every class file, by name, so that the same compiler gives the same bytes.
fn list(classes: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("&[\n");
    for file in files_below(classes, "class")? {
        let name = file.strip_prefix(classes)?.display().to_string();
        writeln!(
            text,
            "    ({name:?}, include_bytes!({:?})),",
            file.display().to_string()
        )?;
    }
    text.push_str("]\n");
    Ok(text)
}

fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
