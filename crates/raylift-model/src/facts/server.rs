//! The application server and the process that runs it.

use serde::{Deserialize, Serialize};

use crate::facts::Ownership;

/// The application server of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppServerFacts {
    /// Tomcat's folder (`catalina.home`), absolute.
    pub home: String,
    /// `catalina.base`, absolute; the same as `home` unless the site splits them.
    pub base: String,
    /// `Apache Tomcat Version` of `RELEASE-NOTES`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// HTTP connectors of `conf/server.xml`.
    pub connectors: Vec<Connector>,
    /// The shutdown port of `conf/server.xml`; `None` when it is switched off or unreadable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shutdown_port: Option<u16>,
    /// The running server, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessFacts>,
    /// The PID file the site's environment names, and what it says.
    pub pid_file: PidFile,
    /// What answered before anything was changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<ProbeFact>,
}

/// One HTTP connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Connector {
    /// Address it binds to; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Port.
    pub port: u16,
    /// TLS is on.
    pub tls: bool,
}

/// A running server, identified by process id and start time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessFacts {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since boot: field 22 of `/proc/PID/stat`. Tells a reused pid.
    pub started: u64,
    /// Who runs it.
    pub owner: Ownership,
    /// The Java it runs with.
    pub java: JavaFacts,
    /// Arguments of the JVM before the main class, secrets replaced.
    pub jvm_options: Vec<String>,
    /// Options in the variable `JDK_JAVA_OPTIONS` of its environment, which `java` (9 and later) puts before its arguments;
    /// secrets replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub java_options: Vec<String>,
    /// Who starts and stops it.
    pub managed_by: ManagedBy,
    /// `/proc/PID/environ` could be read.
    pub environment_readable: bool,
}

/// A Java runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct JavaFacts {
    /// Home of the runtime; `bin/java` lies below.
    pub home: String,
    /// Value of `JAVA_VERSION` in its `release` file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The major version: 8, 11, 17.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major: Option<u32>,
}

/// Who manages the server, from `/proc/PID/cgroup` and its namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ManagedBy {
    /// Nobody: started with `catalina.sh` or `startup.sh`.
    Nobody,
    /// A systemd unit.
    Systemd {
        /// Name of the unit.
        unit: String,
    },
    /// A container; its file system is not ours.
    Container {
        /// The cgroup that told.
        cgroup: String,
    },
}

/// What the PID file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PidFile {
    /// `CATALINA_PID` is not set, or nothing is known of it.
    NotUsed,
    /// It is named but not there.
    Absent {
        /// Path.
        path: String,
    },
    /// It names the running server.
    Right {
        /// Path.
        path: String,
    },
    /// It names another process, or none that lives.
    Stale {
        /// Path.
        path: String,
        /// What stands in it.
        content: String,
    },
}

/// A page of the site as it answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeFact {
    /// The URL.
    pub url: String,
    /// `Host` header, when it differs from the URL's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Status, or `None` when nothing answered.
    pub status: Option<u16>,
    /// Text between `<title>` and `</title>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A text the site's owner wants to see in the answer, from `raylift.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_text: Option<String>,
    /// Whether that text was there.
    #[serde(default)]
    pub text_found: bool,
}
