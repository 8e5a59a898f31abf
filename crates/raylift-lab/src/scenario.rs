//! Scenario files: what a release or a site is like, and which trouble it makes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::engine::Engine;
use crate::owner::Owner;

/// One scenario, read from a TOML file. Unknown keys are an error that names key and file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The release that is assembled.
    #[serde(default)]
    pub release: ReleaseScenario,
    /// The site made from it.
    #[serde(default)]
    pub site: SiteScenario,
    /// Trouble for the stand-in portal and its upgrade client, written to
    /// `[Home]/data/lab/trouble.properties` as it stands. The keys are listed in
    /// `java/lab/CLAIMS.md`; the stand-in refuses unknown ones.
    #[serde(default)]
    pub trouble: BTreeMap<String, String>,
}

/// Which release, and how heavy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseScenario {
    /// The release; 7.2.0 by default.
    #[serde(default)]
    pub version: ReleaseVersion,
    /// How heavy the inert JARs are.
    #[serde(default)]
    pub weight: Weight,
    /// Modules that the release has only when asked for.
    #[serde(default)]
    pub extra: Vec<ExtraModule>,
}

/// The releases that the lab can assemble.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum ReleaseVersion {
    /// CE 7.2.0 GA1 (build 7200).
    #[default]
    #[serde(rename = "7.2.0")]
    Ga1,
    /// A re-spin of 7.2.0 GA1: the same version and core, another build stamp, one changed module.
    /// Invented for benchmarks; Liferay published no such re-spin of this release.
    #[serde(rename = "7.2.0b")]
    Ga1Respin,
    /// CE 7.2.1 GA2 (build 7201).
    #[serde(rename = "7.2.1")]
    Ga2,
    /// CE 7.3.6 GA7. Its core on Maven Central calls itself 7310, the build number of DXP.
    #[serde(rename = "7.3.6")]
    Ga7,
    /// CE 7.4.3.41 GA41 in the layout of late 7.4 (shielded container, modules as plain JARs). Its core on Maven Central
    /// calls itself 7413, the build number of DXP.
    #[serde(rename = "7.4.3.41")]
    Ga41,
}

/// Where a line of releases has its things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Up to 7.3: kernel and drivers in Tomcat's `lib/ext`, modules in LPKGs.
    Classic,
    /// 7.4: all that in `WEB-INF/shielded-container-lib`, modules as plain JARs in `osgi/portal`.
    Shielded,
}

/// A module that a release has only when a scenario asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtraModule {
    /// A new module of 7.2.1 whose registrator throws.
    Throwing,
}

impl ExtraModule {
    /// Name used by the Java build after the release's name and a plus sign.
    pub fn name(self) -> &'static str {
        match self {
            Self::Throwing => "throwing",
        }
    }
}

/// How heavy inert JARs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Some hundred bytes each: quick to make and to copy.
    #[default]
    Light,
    /// Filled up with incompressible bytes to the sizes of the real tree, for benchmarks.
    Real,
}

/// What a site is like beyond its release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteScenario {
    /// The Java that it runs on.
    pub java: JavaChoice,
    /// Whether `bin/setenv.sh` of Tomcat sets `JAVA_HOME` and `JRE_HOME`; they are in the
    /// environment of the start in any case.
    pub java_home_in_setenv: bool,
    /// Whether `bin/setenv.sh` sets `CATALINA_PID` to `$CATALINA_BASE/catalina.pid`.
    pub pid_file: bool,
    /// Whether the JVM is set up for a quick start instead of a long life (first compiler only,
    /// simple collector); a start then takes half the processor time.
    pub quick_java: bool,
    /// Maximum heap, as for `-Xmx`.
    pub heap: String,
    /// User and group that own and run the site; by default the caller, or 65534:65534 for root.
    pub owner: Option<Owner>,
    /// The database; the embedded one by default. A server is started with the site's creation.
    pub engine: Engine,
    /// Whether the portal's user may create databases beside its own; only a server's user can be
    /// without that right.
    pub may_create_databases: bool,
    /// Whether the portal gets its database from a pool of Tomcat's (`jdbc.default.jndi.name`, the
    /// coordinates in `ROOT.xml`) and not from its own properties.
    pub jndi: bool,
    /// Whether the Gogo console is opened on a free port of 127.0.0.1.
    pub console: bool,
    /// Lines added to `portal-ext.properties`.
    pub properties: BTreeMap<String, String>,
    /// The site's own files in `osgi/configs`; one with the name of a shipped file replaces it.
    pub configs: Vec<ConfigFile>,
    /// Text added to `portal-ext.properties` as it stands.
    pub portal_ext: String,
    /// Lines added to Tomcat's `bin/setenv.sh` as they stand.
    pub setenv: String,
    /// Attributes added to the HTTP connector in Tomcat's `server.xml`.
    pub connector: BTreeMap<String, String>,
    /// The site's own text files; one at the path of a shipped file replaces it.
    pub files: Vec<SiteFile>,
    /// The site's own JARs and WARs, which do nothing; one at the path of a shipped file replaces it.
    pub archives: Vec<SiteArchive>,
    /// Whether the site has a module JAR of its own in `osgi/modules` and one in `lib/ext`.
    pub own_jars: bool,
    /// Documents written by a user before the scenario begins. They need a started server, so a
    /// site with documents is started and stopped once while it is made.
    pub documents: Vec<NewDocument>,
    /// Paths below the home, made read-only at the end.
    pub read_only: Vec<String>,
}

impl Default for SiteScenario {
    fn default() -> Self {
        Self {
            java: JavaChoice::default(),
            java_home_in_setenv: true,
            pid_file: true,
            quick_java: true,
            heap: "512m".to_owned(),
            owner: None,
            engine: Engine::default(),
            may_create_databases: true,
            jndi: false,
            console: false,
            properties: BTreeMap::new(),
            configs: Vec::new(),
            portal_ext: String::new(),
            setenv: String::new(),
            connector: BTreeMap::new(),
            files: Vec::new(),
            archives: Vec::new(),
            own_jars: true,
            documents: Vec::new(),
            read_only: Vec::new(),
        }
    }
}

/// The Java that a site runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum JavaChoice {
    /// Java 11, which the 7.2 line supports.
    #[default]
    #[serde(rename = "11")]
    Eleven,
    /// The machine's own Java, 17 or newer, with the options that 7.2's OSGi framework needs to
    /// start at all on it; core step 5.1.0 still fails there.
    #[serde(rename = "17")]
    Machine,
}

/// One `.config` file of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// File name in `osgi/configs`.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// One text file of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// Path below the home; `{tomcat}` is Tomcat's folder.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// One JAR or WAR of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteArchive {
    /// Path below the home; `{tomcat}` is Tomcat's folder.
    pub path: String,
    /// Main attributes of its manifest.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// One document that a user writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// Title, sent as a query parameter.
    pub title: String,
    /// The content.
    pub text: String,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// [`LabError::Io`] when it cannot be read, [`LabError::Scenario`] for an unknown key or a
    /// wrong value, with line and key.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let text = std::fs::read_to_string(path).map_err(LabError::io("read", path))?;
        Self::parse(&text, path)
    }

    /// Reads the text of a scenario; `path` is only used in errors.
    ///
    /// # Errors
    /// [`LabError::Scenario`] for an unknown key or a wrong value, with line and key.
    pub fn parse(text: &str, path: &Path) -> Result<Self, LabError> {
        toml::from_str(text).map_err(|error| LabError::Scenario {
            path: path.to_path_buf(),
            reason: error.to_string().trim().to_owned(),
        })
    }

    /// A scenario for a release, everything else by default.
    pub fn of(version: ReleaseVersion) -> Self {
        Self {
            release: ReleaseScenario {
                version,
                ..ReleaseScenario::default()
            },
            ..Self::default()
        }
    }
}

impl ReleaseVersion {
    /// Name used in scenarios and by the Java build: `7.2.0`, `7.2.0b`, `7.2.1`, `7.3.6`, `7.4.3.41`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ga1 => "7.2.0",
            Self::Ga1Respin => "7.2.0b",
            Self::Ga2 => "7.2.1",
            Self::Ga7 => "7.3.6",
            Self::Ga41 => "7.4.3.41",
        }
    }

    /// Directory-style version of Liferay's download site, such as `7.2.1-ga2`.
    pub fn directory(self) -> &'static str {
        match self {
            Self::Ga1 | Self::Ga1Respin => "7.2.0-ga1",
            Self::Ga2 => "7.2.1-ga2",
            Self::Ga7 => "7.3.6-ga7",
            Self::Ga41 => "7.4.3.41-ga41",
        }
    }

    /// Stamp in the archive's name. Those of 7.2.0 and 7.2.1 are Liferay's; the others are invented.
    pub fn stamp(self) -> &'static str {
        match self {
            Self::Ga1 => "20190531153709761",
            Self::Ga1Respin => "20190617101500000",
            Self::Ga2 => "20191111141448326",
            Self::Ga7 => "20210301120000000",
            Self::Ga41 => "20220913120000000",
        }
    }

    /// Year, month and day in the stamp.
    pub(crate) fn build_date(self) -> (u16, u8, u8) {
        match self {
            Self::Ga1 => (2019, 5, 31),
            Self::Ga1Respin => (2019, 6, 17),
            Self::Ga2 => (2019, 11, 11),
            Self::Ga7 => (2021, 3, 1),
            Self::Ga41 => (2022, 9, 13),
        }
    }

    /// The one top folder of the archive (spec: old CE bundles; inferred name).
    pub fn top_folder(self) -> String {
        format!("liferay-ce-portal-{}", self.directory())
    }

    /// Archive name without ending.
    pub fn archive_stem(self) -> String {
        format!(
            "liferay-ce-portal-tomcat-{}-{}",
            self.directory(),
            self.stamp()
        )
    }

    /// The lab's Tomcat of this release. Liferay's own was 9.0.17 for 7.2, which is not to be had from Maven Central; a
    /// real 7.4 home has 9.0.56.
    pub fn tomcat(self) -> &'static str {
        match self {
            Self::Ga1 | Self::Ga1Respin => "9.0.19",
            Self::Ga2 => "9.0.33",
            Self::Ga7 => "9.0.40",
            Self::Ga41 => "9.0.56",
        }
    }

    /// Name of Tomcat's folder: without a version from late 7.4 on (layout-and-artifacts, 1.1).
    pub fn tomcat_folder(self) -> String {
        match self.layout() {
            Layout::Classic => format!("tomcat-{}", self.tomcat()),
            Layout::Shielded => "tomcat".to_owned(),
        }
    }

    pub(crate) fn layout(self) -> Layout {
        match self {
            Self::Ga1 | Self::Ga1Respin | Self::Ga2 | Self::Ga7 => Layout::Classic,
            Self::Ga41 => Layout::Shielded,
        }
    }
}
