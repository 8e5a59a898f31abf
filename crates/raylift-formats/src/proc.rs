//! Files below `/proc` (Linux, proc(5)).

mod cgroup;
mod mountinfo;
mod process;
mod tomcat;

pub use cgroup::managed_by;
pub use mountinfo::{MountPoint, mounts};
pub use process::{Stat, arguments, environment, stat};
pub use tomcat::serves;
