//! Asks databases through a small Java program that is run with the site's own Java and JDBC driver.
//!
//! The program is compiled when raylift is built and carried inside the binary. It gets one request a line on its
//! standard input, the password with the first one, and answers one line of JSON each. Its standard error is ignored:
//! HSQLDB writes its log there.

mod failure;
mod helper;
mod jar;
mod lock;
mod rows;
mod session;
mod snapshot;
mod target;

pub use raylift_model::facts::{ColumnShape, IndexShape, TableShape};
pub use rows::{CoreRow, TableDigest};
pub use session::{Bridge, MOST_ROWS, Mode};
