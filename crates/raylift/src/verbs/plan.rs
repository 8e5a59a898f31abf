//! `raylift plan`.

use raylift_host::cache::Cache;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Plan, Verdict};

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::workplace::Workplace;
use crate::{render, wiring};

/// Shows what an update would do. A plan with blockers is shown, too, and ends as refused.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Plan,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let plan = make(site, &arguments.target)?;
    if let Some(out) = &arguments.out {
        let bytes = serde_json::to_vec_pretty(&plan).map_err(|error| wiring::broken(&error))?;
        std::fs::write(out, bytes).map_err(|error| Problem::file("write", out, &error))?;
    }
    printer.json(&plan)?;
    printer.text(&render::plan(&plan, arguments.files, arguments.steps));
    Ok(if plan.verdict == Verdict::Blocked {
        Exit::Refused
    } else {
        Exit::Done
    })
}

/// Surveys both sides and decides.
pub(crate) fn make(site: &SiteArgument, target: &arguments::Target) -> Result<Plan, Problem> {
    let release = target
        .release
        .as_deref()
        .ok_or_else(wiring::release_missing)?;
    let cache = if target.no_cache {
        None
    } else {
        Cache::of_user()
    };
    let release = wiring::survey_release(release, cache.as_ref())?;
    let old = target
        .old_release
        .as_deref()
        .map(|release| wiring::survey_release(release, cache.as_ref()))
        .transpose()?;
    let facts = wiring::survey_site_for(site, &release)?;
    let version = release
        .identity
        .version
        .as_ref()
        .map_or_else(|| "unknown".to_owned(), ToString::to_string);
    let wishes = raylift_plan::Wishes {
        run: Workplace::of(site).next_run(&version)?,
        micro: target.micro,
        same_release: target.same_release,
        app_server: match target.app_server {
            arguments::AppServer::Keep => raylift_plan::AppServer::Keep,
            arguments::AppServer::Bundle => raylift_plan::AppServer::Bundle,
        },
        waive_proof: target.waive_proof,
        move_migrated_keys: target.move_migrated_keys,
        resolutions: target.resolve.iter().map(resolution).collect(),
        settings: site.settings.clone(),
    };
    raylift_plan::make(&facts, &release, old.as_ref(), &wishes).map_err(|error| {
        Problem::refused(
            error.code(),
            error.to_string(),
            "Look at what raylift inspect says about the release.",
        )
    })
}

fn resolution((path, side): &(String, arguments::Side)) -> (RelativePath, raylift_plan::Side) {
    let side = match side {
        arguments::Side::Site => raylift_plan::Side::Site,
        arguments::Side::Release => raylift_plan::Side::Release,
    };
    (RelativePath::new(path.clone()), side)
}
