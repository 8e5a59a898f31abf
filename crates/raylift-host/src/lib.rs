//! The real world behind raylift's reading and effect traits.
//!
//! It opens release archives, looks at a machine, asks a database through the Java helper, starts programs as the site's
//! user, and has the effects of a run. It decides nothing: what an effect needs to know it is told by the plan.

pub mod archive;
pub mod backup;
pub mod bridge;
pub mod cache;
pub mod dump;
pub mod effects;
mod http;
pub mod machine;
pub mod ownership;
pub mod site;
#[cfg(test)]
mod testing;
mod unlinked;
pub mod users;
