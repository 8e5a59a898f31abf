//! Where each file of a home comes from: the installed release, the site, the running server, or nobody knows.
//!
//! With the archive of the installed release it is certain, by digest. Without it Liferay's own rule of what belongs to
//! the product decides (the hot-fix builder's `in_hotfix_scope`), together with what a file says of itself; where that is
//! not enough the answer is *unknown*.

mod classify;
mod libraries;
mod places;
mod uses;

pub use classify::Origins;
