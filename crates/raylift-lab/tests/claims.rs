//! What the lab claims about its own sites (`java/lab/CLAIMS.md`), shown by plain HTTP, telnet, JDBC
//! and the file system, with nothing of raylift in between. Starts servers, one at a time.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

#[path = "claims/client.rs"]
mod client;
#[path = "claims/gogo.rs"]
mod gogo;
#[path = "claims/stage.rs"]
mod stage;

#[path = "claims/console.rs"]
mod console;
#[path = "claims/core.rs"]
mod core;
#[path = "claims/engines.rs"]
mod engines;
#[path = "claims/life.rs"]
mod life;
#[path = "claims/lines.rs"]
mod lines;
#[path = "claims/trouble.rs"]
mod trouble;
