//! The site, as far as the reader of a report wants to know it. Addresses of databases stay out: a JDBC URL may
//! hold a password.

use raylift_model::facts::ManagedBy;
use raylift_model::plan::Plan;
use serde::Serialize;

/// The site in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteSummary {
    /// Home, absolute.
    pub home: String,
    /// Tomcat's folder, absolute.
    pub tomcat: String,
    /// The user that runs it, by name or number.
    pub user: String,
    /// Version of its Java, when known.
    pub java: Option<String>,
    /// Who starts and stops the server.
    pub managed_by: String,
    /// Kind of its database.
    pub database: String,
    /// The server ran when the plan was made.
    pub was_running: bool,
}

impl SiteSummary {
    pub(crate) fn of(plan: &Plan) -> Self {
        let site = &plan.site;
        Self {
            home: site.home.display().to_string(),
            tomcat: site.tomcat.display().to_string(),
            user: site
                .owner
                .user
                .clone()
                .unwrap_or_else(|| site.owner.uid.to_string()),
            java: site
                .java
                .version
                .clone()
                .or_else(|| site.java.major.map(|major| major.to_string())),
            managed_by: match &site.managed_by {
                ManagedBy::Nobody => "started by its own script".to_owned(),
                ManagedBy::Systemd { unit } => format!("systemd unit {unit}"),
                ManagedBy::Container { .. } => "a container".to_owned(),
            },
            database: site.database.kind.word().to_owned(),
            was_running: site.was_running,
        }
    }
}
