//! Texts for people. Each function makes a whole text out of values; nothing here prints.

mod backups;
mod brief;
mod decisions;
mod dump;
mod files;
mod findings;
mod inspect;
mod line;
mod plan;
mod progress;
mod properties;
mod return_point;
mod runs;
mod steps;
mod table;

pub(crate) use backups::{backup, backups, checked, forgotten, lacks_database, taken};
pub(crate) use brief::brief;
pub(crate) use dump::Dump;
pub(crate) use files::{one_file, origins};
pub(crate) use findings::findings;
pub(crate) use inspect::inspect;
pub(crate) use line::Line;
pub(crate) use plan::{drill, plan, summary};
pub(crate) use progress::Watcher;
pub(crate) use runs::{history, kept, outages, run_json, status, still_there};
pub(crate) use table::{bytes, columns};
