//! One file per verb.

pub(crate) mod backup;
pub(crate) mod backups_check;
pub(crate) mod backups_forget;
pub(crate) mod backups_list;
pub(crate) mod backups_restore;
pub(crate) mod backups_show;
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
pub(crate) mod waiver;
