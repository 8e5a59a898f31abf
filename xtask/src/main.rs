//! The repository's own commands. CI calls the same ones as a person.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod command;
mod demo;
mod prerequisites;
mod schema;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// raylift's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    /// What to do
    #[command(subcommand)]
    task: Task,
}

/// The tasks.
#[derive(Debug, Subcommand)]
enum Task {
    /// Build everything, set a real site up, and take it from 7.2.0 to 7.2.1 and back before your eyes
    Demo {
        /// Leave the site up at the end and print its address
        #[arg(long)]
        keep: bool,
    },
    /// Run every test
    Test {
        /// Only tests whose name contains this
        filter: Option<String>,
    },
    /// Measure speed, downtime and memory, and say which goals are met
    Bench {
        /// Fewer rounds, light releases only
        #[arg(long)]
        quick: bool,
        /// Only this part
        part: Option<bench::Part>,
    },
    /// Write the JSON schema of plans into docs/schema
    Schema,
    /// Check the house rules that no other tool checks
    Tidy,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Demo { keep } => demo::run(keep),
        Task::Test { filter } => test::run(filter.as_deref()),
        Task::Bench { quick, part } => bench::run(quick, part),
        Task::Schema => schema::run(),
        Task::Tidy => tidy::run(),
    }
}
