//! Stand-in releases and sites made of real parts, for tests, benchmarks and the demo.
//!
//! The lab assembles release archives in the layout of Liferay 7.2 out of real Tomcat, real OSGi
//! bundles, Liferay's real kernel and core classes and a small stand-in portal (`java/lab`), sets
//! up sites from them, starts and stops them and plays their users. It is a stand-in and no
//! evidence about Liferay: what it decides by itself is listed in `java/lab/CLAIMS.md`.
//!
//! It uses none of raylift's own parsers, so that the product is never checked with itself.
//!
//! | to | use |
//! | --- | --- |
//! | reach the cached parts | [`Lab::open`] |
//! | say what a release or site is like | [`Scenario`] |
//! | assemble a release archive | [`Lab::release`] |
//! | make, start, stop and ask a site | [`Site`] |

mod archive;
mod database;
mod document;
mod engine;
mod error;
mod filler;
mod hash;
mod http;
mod jar;
mod jdk;
mod jndi;
mod lab;
mod lpkg;
mod manifest;
mod maven;
mod modules;
mod multiply;
mod notes;
mod overlay;
mod owner;
mod parts;
mod pieces;
mod ports;
mod process;
mod query;
mod release;
mod scenario;
mod server;
mod site;
mod site_files;
mod tomcat;
mod tree;

pub use document::Document;
pub use engine::{DatabaseFacts, DatabaseServer, Engine, Jdbc};
pub use error::LabError;
pub use lab::Lab;
pub use multiply::Multiplied;
pub use notes::SiteFacts;
pub use owner::Owner;
pub use ports::free_port;
pub use process::ServerProcess;
pub use query::{DatabaseHold, ReleaseRow};
pub use release::ReleasePaths;
pub use scenario::{
    ConfigFile, ExtraModule, JavaChoice, NewDocument, ReleaseScenario, ReleaseVersion, Scenario,
    SiteArchive, SiteFile, SiteScenario, Weight,
};
pub use site::Site;
pub use tree::{Entry, Source, Tree};
