//! Releases as archives or folders: reading them safely and unpacking them.
//!
//! Whoever built an archive is not trusted. Every entry's name, kind and size is judged before its content is given
//! away, the bytes that really come out are counted against the declared ones, and an archive that ends too early is
//! an error wherever the cut lies. One entry's buffer is held at a time, never a whole archive.

mod checksums;
mod counted;
mod fault;
mod folder;
mod limits;
mod links;
mod names;
mod open;
mod seven_z;
mod tar_gz;
mod unix;
mod unpack;
mod zip;
mod zip_directory;

pub use open::{open, open_with, refuse_other_folder};
pub use unpack::{Check, Unpacked, Unpacking, unpack};
