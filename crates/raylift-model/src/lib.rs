//! The types every part of raylift shares: versions, names, facts, findings, plans, events, reports.
//!
//! This crate does no I/O and knows no format. Facts are what was read off a release or a site and
//! never a decision; a [`plan::Plan`] is the complete decision and never an observation; an
//! [`event::Event`] is the only interface between the engine and whoever displays it.

pub mod answer;
pub mod codes;
pub mod digest;
pub mod event;
pub mod facts;
pub mod finding;
pub mod kept;
pub mod names;
pub mod origin;
pub mod plan;
pub mod proof;
pub mod secret;
pub mod settings;
pub mod text;
pub mod version;
