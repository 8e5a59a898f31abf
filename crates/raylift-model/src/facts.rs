//! Facts: what was read off a release or a site. Never a decision.

mod archive;
mod bundle;
mod check;
mod configuration;
mod core;
mod database;
mod executor;
mod files;
mod identity;
mod metatype;
mod properties;
mod release;
mod schema;
mod server;
mod site;

pub use archive::ArchiveFacts;
pub use bundle::{
    BundleFacts, ModuleRegistrations, PublishedStep, Registration, ReleaseCreationStep,
    ReleaseFilter,
};
pub use check::{CheckName, TableCollations};
pub use configuration::{
    ConfigurationEncoding, ConfigurationEntry, ConfigurationFile, ConfigurationKind,
    ConfigurationReading, ConfigurationRemark, ConfigurationRow,
};
pub use core::{ConvertedModule, CoreRegistry, CoreStep, ModuleRows, ModuleTable, StartupCheck};
pub use database::{
    DatabaseCheck, DatabaseFacts, DatabaseKind, DatabaseServer, DatabaseSettings, ReleaseRow,
    ServerDisk, SettingSource, TableFacts, VendorTools,
};
pub use executor::{AutomaticSwitch, ExecutorFacts, StepGrouping};
pub use files::{FileFact, FileKind, Mount, Ownership};
pub use identity::{Evidence, Identity};
pub use metatype::{AttributeShape, AttributeType, Metatype, MetatypeAttribute, Metatypes};
pub use properties::{ModularizedKey, MovedKey, OnMigratedKeys, PropertyDefaults, PropertyTables};
pub use release::{ReleaseFacts, ReleaseForm, ReleaseLayout};
pub use schema::{
    ColumnShape, DatabaseSchema, IndexShape, SchemaSql, SqlColumn, SqlIndex, SqlTable, TableShape,
};
pub use server::{
    AppServerFacts, Connector, JavaFacts, ManagedBy, PidFile, ProbeFact, ProcessFacts,
};
pub use site::{
    DiskFacts, DocumentFact, PropertySource, SiteFacts, StoreCensus, StoreFacts, VerifierSwitches,
};
