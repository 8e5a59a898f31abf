//! What archives keep of Unix: file types in the mode, and how long a link's target may be.

/// `S_IFMT` and its values (`inode(7)`).
pub(super) const TYPE_MASK: u32 = 0o170_000;
pub(super) const TYPE_FILE: u32 = 0o100_000;
pub(super) const TYPE_FOLDER: u32 = 0o040_000;
pub(super) const TYPE_LINK: u32 = 0o120_000;

/// The longest link target Linux accepts (`PATH_MAX`), in bytes.
pub(super) const LONGEST_TARGET: u64 = 4095;
