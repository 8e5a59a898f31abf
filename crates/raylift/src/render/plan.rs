//! What `raylift plan` shows: the verdict first, then steps, files, the way back.

use raylift_model::finding::Severity;
use raylift_model::plan::{Decision, Edit, FileDecision, Plan, ReturnMode, Verdict, When};
use raylift_model::proof::ProofRecord;

use crate::printer::{bad, careful, faint, good, paint, removed, strong};
use crate::render::decisions::files;
use crate::render::properties::properties;
use crate::render::return_point;
use crate::render::steps::steps;
use crate::render::table::{bytes, count};

/// The whole plan; `all_files` names every file, `all_steps` every upgrade step.
pub(crate) fn plan(plan: &Plan, all_files: bool, all_steps: bool) -> String {
    let mut text = summary(plan);
    let (blockers, others): (Vec<_>, Vec<_>) = plan
        .findings
        .iter()
        .cloned()
        .partition(|finding| finding.severity == Severity::Blocker);
    text.push_str(&crate::render::findings(&blockers));
    text.push_str(&steps(plan, all_steps));
    text.push_str(&files(plan, all_files));
    text.push_str(&configuration(plan));
    text.push_str(&properties(&plan.properties));
    text.push_str(&outage(plan));
    text.push_str(&way_back(plan));
    text.push_str(&space(plan));
    text.push_str(&crate::render::findings(&others));
    text
}

/// Verdict and headline.
pub(crate) fn summary(plan: &Plan) -> String {
    let modules = plan.modules.iter().map(|module| module.when);
    let unknown = modules
        .chain([plan.core.when])
        .any(|when| when == When::Undetermined);
    let (word, style, meaning) = match plan.verdict {
        Verdict::Instant => (
            "instant",
            good(),
            "no upgrade step runs: the outage is a stop and a start",
        ),
        Verdict::OptionalOnly if unknown => (
            "optional only",
            careful(),
            "no upgrade step is known to have to run, but some could not be determined",
        ),
        Verdict::OptionalOnly => (
            "optional only",
            good(),
            "no upgrade step has to run: the outage is a stop and a start",
        ),
        Verdict::Outage => (
            "required: outage",
            careful(),
            "upgrade steps must run while the site is down",
        ),
        Verdict::Blocked => (
            "blocked",
            bad(),
            "something must be resolved first, see the blockers",
        ),
    };
    format!(
        "{}  {}\n{}  {meaning}\n",
        paint(&format!("Liferay {} → {}", plan.from, plan.to), strong()),
        plan.site.home.display(),
        paint(word, style),
    )
}

/// Every edited file with the difference that a person reviews.
fn configuration(plan: &Plan) -> String {
    let edited: Vec<(&FileDecision, &Edit)> = plan
        .files
        .iter()
        .filter_map(|file| match &file.decision {
            Decision::Edit(edit) => Some((file, edit)),
            _ => None,
        })
        .collect();
    let mut text = String::new();
    if !edited.is_empty() {
        text.push_str(&format!("\n{}\n", paint("Configuration", strong())));
    }
    for (file, edit) in edited {
        let note = if edit.replaces { "" } else { " (new)" };
        text.push_str(&format!(
            "  {}{note}  {}\n",
            file.path,
            paint(&file.reason, faint())
        ));
        for line in edit.difference.lines() {
            text.push_str(&format!("    {}\n", difference_line(line)));
        }
    }
    text
}

/// A line of a difference, coloured by its sign, with control characters made harmless: it comes from a file of the site.
fn difference_line(line: &str) -> String {
    let line: String = line
        .chars()
        .map(|character| match character {
            '\t' => character,
            character if character.is_control() => '\u{fffd}',
            character => character,
        })
        .collect();
    match line.chars().next() {
        Some('+') => paint(&line, good()),
        Some('-') => paint(&line, removed()),
        Some('@') => paint(&line, faint()),
        _ => line,
    }
}

/// What happens between the last good answer of the old site and the first of the new.
pub(crate) fn outage_parts(plan: &Plan) -> String {
    let mut parts = vec![
        "stop".to_owned(),
        return_point::part(plan),
        format!("exchange {}", count(plan.exchanges.len(), "place")),
    ];
    match (plan.core.when, plan.core.steps.len()) {
        (When::InOutage, 0) => parts.push("upgrade client for the build number".to_owned()),
        (When::InOutage, steps) => parts.push(format!("{} of the core", count(steps, "step"))),
        (When::Undetermined, _) => parts.push("upgrade steps (undetermined)".to_owned()),
        (When::Never | When::AtStart | When::Waits, _) => {}
    }
    let modules = plan
        .modules
        .iter()
        .filter(|module| module.when == When::InOutage);
    match modules.count() {
        0 => {}
        modules => parts.push(format!("the steps of {}", count(modules, "module"))),
    }
    parts.extend(["start".to_owned(), "health check".to_owned()]);
    parts.join(" · ")
}

fn outage(plan: &Plan) -> String {
    let limits = &plan.health.timeouts;
    format!(
        "\n{}\n  {}\n  limits: stop {} seconds, start {} seconds, then {} stable seconds\n",
        paint("Outage", strong()),
        outage_parts(plan),
        limits.stop_seconds,
        limits.start_seconds,
        plan.health.stable_seconds
    ) + &return_point::costs(plan)
}

pub(crate) fn seconds(milliseconds: u64) -> String {
    if milliseconds < 10_000 {
        format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
    } else {
        format!("{} s", milliseconds.div_ceil(1000))
    }
}

/// What a drill proved and measured.
pub(crate) fn drill(proof: &ProofRecord) -> String {
    let mut text = format!("{}\n", paint("Restore point proven", strong()));
    for line in &proof.compared {
        text.push_str(&format!("  {line}\n"));
    }
    let means = proof.database();
    let (taken, back) = (
        proof.return_point_milliseconds(means),
        proof.return_milliseconds(means),
    );
    text.push_str(&format!(
        "  an update would need about {} of its outage for the return point, a rollback to it about {}\n",
        seconds(taken.unwrap_or_default()),
        seconds(back.unwrap_or_default())
    ));
    text
}

/// What going back means, in one line.
pub(crate) fn way_back_line(plan: &Plan) -> String {
    if !plan.way_back.undetermined.is_empty() {
        return "undetermined: which upgrade steps run is not known".to_owned();
    }
    match plan.way_back.preferred {
        ReturnMode::CodeOnly => {
            "code only: the old release accepts the database as it will be; nothing is lost"
                .to_owned()
        }
        ReturnMode::ReturnPoint => return_point::way(plan).to_owned(),
    }
}

fn way_back(plan: &Plan) -> String {
    let mut text = format!(
        "\n{}\n  {}\n",
        paint("Way back, until commit", strong()),
        way_back_line(plan)
    );
    if !plan.way_back.undetermined.is_empty() {
        let reasons = plan.way_back.undetermined.iter();
        for reason in reasons.chain(&plan.way_back.reasons) {
            text.push_str(&because(reason));
        }
        return text;
    }
    match plan.way_back.preferred {
        ReturnMode::CodeOnly => {
            if !plan.has_return_point() {
                text.push_str("  no return point is taken: neither database nor documents can be brought back\n");
            }
        }
        ReturnMode::ReturnPoint => {
            for reason in &plan.way_back.reasons {
                text.push_str(&because(reason));
            }
        }
    }
    if plan.way_back.put_back_core_row {
        text.push_str(&format!(
            "  {}\n",
            paint(
                &format!(
                    "{} compares build numbers: the core's row is put back, too",
                    plan.from
                ),
                faint()
            )
        ));
    }
    text
}

fn because(reason: &str) -> String {
    format!("  {}\n", paint(&format!("because {reason}"), faint()))
}

fn space(plan: &Plan) -> String {
    let mut text = format!("\n{}\n", paint("Space", strong()));
    for need in &plan.space {
        text.push_str(&format!(
            "  {} of {} free at {} ({})\n",
            bytes(need.needed),
            bytes(need.free),
            need.path,
            need.purpose
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_difference_are_coloured_by_their_sign() {
        assert_eq!(difference_line(" a"), " a");
        assert_eq!(difference_line("+a"), paint("+a", good()));
        assert_eq!(difference_line("-a"), paint("-a", removed()));
        assert_eq!(
            difference_line("@@ -1 +1 @@"),
            paint("@@ -1 +1 @@", faint())
        );
    }

    #[test]
    fn a_file_cannot_send_commands_to_the_terminal() {
        assert_eq!(
            difference_line(" \u{1b}[2Ja\tb\r"),
            " \u{fffd}[2Ja\tb\u{fffd}"
        );
    }
}
