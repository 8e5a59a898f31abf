//! What every benchmark needs: the release build, the lab, releases and sites.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use raylift_lab::{Engine, Lab, Multiplied, ReleasePaths, Scenario, Site, Weight};
use tempfile::TempDir;

use crate::command;

/// How long a start or a stop may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(180);

/// The binary and the lab.
pub(super) struct Stand {
    binary: PathBuf,
    lab: Lab,
    /// Where raylift remembers releases, in place of the user's cache folder.
    cache: TempDir,
}

impl Stand {
    /// Builds the binary as it is shipped, and fetches what the lab needs.
    pub(super) fn build() -> anyhow::Result<Self> {
        command::run(&mut command::cargo(&[
            "build",
            "--release",
            "--package",
            "raylift",
        ]))?;
        let lab = Lab::open(None)?;
        lab.fetch()?;
        Ok(Self {
            cache: lab.scratch()?,
            binary: command::target().join("release/raylift"),
            lab,
        })
    }

    /// A scenario of the lab, with JARs of this weight.
    fn scenario(name: &str, weight: Weight) -> anyhow::Result<Scenario> {
        let folder = command::workspace().join("crates/raylift-lab/scenarios");
        let mut scenario = Scenario::read(&folder.join(name))?;
        scenario.release.weight = weight;
        Ok(scenario)
    }

    /// A release.
    pub(super) fn release(&self, name: &str, weight: Weight) -> anyhow::Result<ReleasePaths> {
        Ok(self.lab.release(&Self::scenario(name, weight)?)?)
    }

    /// A release with every bundle so many times, as one `.zip` in the new folder.
    pub(super) fn multiplied(
        &self,
        name: &str,
        weight: Weight,
        times: usize,
        folder: &Path,
    ) -> anyhow::Result<Multiplied> {
        let scenario = Self::scenario(name, weight)?;
        Ok(self.lab.multiplied_into(&scenario, times, folder)?)
    }

    /// A release unpacked below `folder`; its top folder.
    pub(super) fn unpacked(
        &self,
        name: &str,
        weight: Weight,
        folder: &Path,
    ) -> anyhow::Result<PathBuf> {
        let release = self.release(name, weight)?;
        fs::create_dir_all(folder)?;
        let mut unpack = Command::new("tar");
        unpack
            .arg("-xzf")
            .arg(&release.tar_gz)
            .arg("-C")
            .arg(folder);
        command::run(&mut unpack)?;
        Ok(folder.join(&release.top_folder))
    }

    /// The demo's site: 7.2.0 with documents, not running.
    pub(super) fn site(&self, weight: Weight, folder: &Path) -> anyhow::Result<Site> {
        let scenario = Self::scenario("demo-site.toml", weight)?;
        Ok(Site::create(&self.lab, &scenario, folder)?)
    }

    /// A small 7.2.0 on a database server of its own, not running.
    pub(super) fn site_on(&self, engine: Engine, folder: &Path) -> anyhow::Result<Site> {
        let mut scenario = Self::scenario("release-7.2.0.toml", Weight::Light)?;
        scenario.site.engine = engine;
        Ok(Site::create(&self.lab, &scenario, folder)?)
    }

    /// A folder that goes away with the value.
    pub(super) fn scratch(&self) -> anyhow::Result<TempDir> {
        Ok(self.lab.scratch()?)
    }

    /// `raylift --site HOME ...`, with nothing to read and nowhere to write.
    pub(super) fn verb(&self, home: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg("--site")
            .arg(home)
            .args(arguments)
            .env("XDG_CACHE_HOME", self.cache.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What a verb says as JSON. A verb that is refused has said what it found, too.
    pub(super) fn json(
        &self,
        home: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<serde_json::Value> {
        let output = self
            .verb(home, arguments)
            .arg("--json")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()?;
        if output.stdout.is_empty() {
            bail!(
                "raylift {} said nothing: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("what raylift {} said", arguments.join(" ")))
    }
}

/// The kind of machine, in one line.
pub(super) fn machine() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let mut lines = information.lines().filter_map(|line| line.split_once(':'));
        lines
            .find(|(key, _)| key.trim() == name)
            .map_or("", |(_, value)| value.trim())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let extensions = if field("flags").split(' ').any(|flag| flag == "sha_ni") {
        "with SHA extensions"
    } else {
        "without SHA extensions"
    };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    format!(
        "{} cores, {}, {extensions}; load at the end {load}",
        cores,
        field("model name")
    )
}
