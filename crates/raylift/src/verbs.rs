//! One file per verb.

pub(crate) mod commit;
pub(crate) mod drill;
pub(crate) mod history;
pub(crate) mod inspect;
pub(crate) mod inspect_config;
pub(crate) mod inspect_files;
pub(crate) mod inspect_jar;
pub(crate) mod inspect_properties;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod rollback;
pub(crate) mod status;
pub(crate) mod update;
