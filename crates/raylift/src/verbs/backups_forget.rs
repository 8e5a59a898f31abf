//! `raylift backups forget`.

use raylift_backup::repository::{Forget, Free, Retention, host};
use raylift_host::backup::needed_backups;
use raylift_model::codes;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};
use crate::workplace::Workplace;

/// Forgets what is named, else what the numbers in `raylift.toml` do not keep.
pub(crate) fn run(
    site: &SiteArgument,
    ids: &[String],
    free_now: bool,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let what = if ids.is_empty() {
        by_retention(site)?
    } else {
        Forget::Named(ids.to_vec())
    };
    let free = if free_now {
        Free::Now
    } else {
        Free::InTwoSteps
    };
    let workplace = Workplace::of(site);
    // A return point that is being taken is in no list yet, and must not wait until space is freed.
    let _lock = match workplace.state().exists() {
        true => Some(workplace.lock()?),
        false => None,
    };
    let needed = needed_backups(&workplace.state().join("backups")).map_err(|error| {
        Problem::refused(
            error.code,
            format!("what a run needs to go back cannot be read, so that nothing is forgotten: {error}"),
            "Look at the manifest.json that is named; one of a run that is over can be removed with its folder.",
        )
        .because(error.evidence)
    })?;
    let forgotten = Vault::of(site)
        .open()?
        .forget(&what, &needed, free)
        .map_err(|error| vault::problem(&error))?;
    printer.json(&forgotten)?;
    printer.text(&render::forgotten(&forgotten, free_now));
    Ok(Exit::Done)
}

fn by_retention(site: &SiteArgument) -> Result<Forget, Problem> {
    let set = &site.settings.backup;
    let retention = Retention {
        last: set.keep_last.unwrap_or(0),
        daily: set.keep_daily.unwrap_or(0),
        weekly: set.keep_weekly.unwrap_or(0),
        monthly: set.keep_monthly.unwrap_or(0),
    };
    if retention.is_empty() {
        return Err(Problem::refused(
            codes::USAGE,
            "no backup is named, and raylift.toml does not say how many to keep",
            "Name the backups, or set keep_last, keep_daily, keep_weekly or keep_monthly under [backup].",
        )
        .ending(Exit::Usage));
    }
    let home = std::fs::canonicalize(&site.home)
        .map_err(|error| Problem::file("resolve", &site.home, &error))?;
    Ok(Forget::ByRetention {
        retention,
        host: host(),
        site: home.display().to_string(),
    })
}
