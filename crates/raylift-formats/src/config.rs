//! OSGi configuration files: `osgi/configs/PID.config`, and `PID.cfg`, as the server reads them.
//!
//! Two readers took part in Liferay's history, [`Dialect::Felix`] and [`Dialect::Liferay`]; they disagree about
//! comments, bad lines, escapes, collections and variables. [`read_as`] is one of them, [`read()`] is for whoever does
//! not know which it is. [`set`] and [`remove`] change one key and leave all other bytes alone.

mod convert;
mod dialect;
mod edit;
mod entry;
mod felix;
mod file_name;
mod filling;
mod java_number;
mod java_text;
mod liferay;
mod read;
mod store;
mod substitute;
mod value;
mod write;

pub use convert::{cfg_as_planned, cfg_to_config};
pub use dialect::{Dialect, FileKind, Reading, Variable};
pub use edit::{EditError, remove, remove_splices, set, set_splices};
pub use entry::{Config, ConfigEntry, Shape, ValueType};
pub use file_name::{FileName, config_file_name, file_name};
pub use read::{notice_encoding, read, read_as, read_with};
pub use write::{escaped, is_key, write};
