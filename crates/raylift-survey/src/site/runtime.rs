//! What is known of the Java machine a site runs in: of the live server, of one raylift stopped, or of none.

use std::path::PathBuf;

use raylift_model::facts::{JavaFacts, Ownership};
use raylift_model::settings::Settings;

use super::java;
use super::process::Live;
use super::request::RememberedProcess;
use crate::machine::Machine;

/// Environment and options of the site's server. Holds secrets, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Runtime {
    /// The server's environment; `None` when it is not known.
    pub(crate) environment: Option<Vec<(String, String)>>,
    /// The server's options; `None` when they are not known.
    pub(crate) options: Option<Vec<String>>,
    /// The folder it was started in.
    pub(crate) folder: Option<PathBuf>,
    /// The Java to use.
    pub(crate) java: Option<JavaFacts>,
    /// Who runs the site.
    pub(crate) owner: Ownership,
}

/// The live server knows best, then what raylift remembers, then settings and raylift's own environment.
pub(crate) fn of(
    machine: &dyn Machine,
    live: Option<&Live>,
    remembered: Option<&RememberedProcess>,
    settings: &Settings,
    home_owner: &Ownership,
) -> Runtime {
    match (live, remembered) {
        (Some(live), _) => Runtime {
            environment: live.environment.clone(),
            options: Some(live.options.clone()),
            folder: live.folder.clone(),
            java: (!live.facts.java.home.is_empty())
                .then(|| live.facts.java.clone())
                .or_else(|| java::of_settings(machine, settings)),
            owner: live.facts.owner.clone(),
        },
        (None, Some(remembered)) => Runtime {
            environment: Some(remembered.environment.clone()),
            options: Some(remembered.jvm_options.clone()),
            folder: None,
            java: Some(remembered.java.clone()),
            owner: remembered.owner.clone(),
        },
        (None, None) => Runtime {
            environment: None,
            options: None,
            folder: None,
            java: java::of_settings(machine, settings),
            owner: home_owner.clone(),
        },
    }
}
