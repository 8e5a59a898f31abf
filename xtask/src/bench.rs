//! The benchmarks: time of reading, time without a site, memory, growth. What they mean stands in `docs/benchmarks.md`.

mod backup;
mod bundles;
mod cost;
mod database;
mod downtime;
mod memory;
mod prober;
mod reading;
mod stand;
mod table;

use clap::ValueEnum;
use raylift_lab::Weight;

use crate::prerequisites;
use stand::Stand;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Rounds of reading, of which the best counts.
    rounds: usize,
    /// Outages of each kind, of which the median counts.
    outages: usize,
    /// Whether JARs as heavy as the real ones are measured, too.
    heavy: bool,
}

impl Extent {
    /// The heaviest JARs that are measured.
    fn heaviest(self) -> Weight {
        if self.heavy {
            Weight::Real
        } else {
            Weight::Light
        }
    }
}

/// What tables call JARs of this weight.
fn shown(weight: Weight) -> &'static str {
    match weight {
        Weight::Light => "light JARs",
        Weight::Real => "JARs of the real sizes",
    }
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// How long inspect and plan read
    Reading,
    /// How long users have no site
    Downtime,
    /// How much memory each verb takes
    Memory,
    /// How reading grows with the number of bundles, cold, warm and remembered
    Bundles,
    /// Backups beside restic: time, size, memory
    Backup,
    /// Dump, restore and reading of rows beside the vendors' tools
    Database,
}

/// Measures one part, or all, and prints. Goals that are not met are printed as such and are no error: a busy machine
/// is no defect.
pub(crate) fn run(quick: bool, part: Option<Part>) -> anyhow::Result<()> {
    prerequisites::check()?;
    let extent = if quick {
        Extent {
            rounds: 2,
            outages: 1,
            heavy: false,
        }
    } else {
        Extent {
            rounds: 5,
            outages: 3,
            heavy: true,
        }
    };
    let stand = Stand::build()?;
    for (one, measure) in [
        (Part::Reading, reading::measure as fn(&Stand, Extent) -> _),
        (Part::Downtime, downtime::measure),
        (Part::Memory, memory::measure),
        (Part::Bundles, bundles::measure),
        (Part::Backup, backup::measure),
        (Part::Database, database::measure),
    ] {
        if part.is_none_or(|part| part == one) {
            let tables: anyhow::Result<String> = measure(&stand, extent);
            println!("\n{}", tables?);
        }
    }
    println!("{}", stand::machine());
    Ok(())
}
