//! Class files made byte by byte.

pub mod assembler;
pub mod samples;
