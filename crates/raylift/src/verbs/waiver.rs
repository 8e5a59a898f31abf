//! The word that somebody gives who does without a proof.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use raylift_host::users;
use raylift_model::codes;
use raylift_model::plan::Plan;

use crate::printer::Printer;
use crate::problem::Problem;

/// Typed, or given as `--waiver`. `--yes` is no agreement to this.
const WORD: &str = "unproven";

/// Who agreed to do without a proof; nothing for a plan that has one.
pub(crate) fn agreed(
    plan: &Plan,
    given: Option<&str>,
    printer: &Printer,
) -> Result<Option<String>, Problem> {
    if !plan.proof_waived {
        return Ok(None);
    }
    let word = match given {
        Some(word) => word.to_owned(),
        None if printer.is_json() || !std::io::stdin().is_terminal() => {
            return Err(refused(
                "the plan does without a proof; somebody must agree to that by a word, and there is no terminal to ask at",
            ));
        }
        None => typed(),
    };
    if word.trim() == WORD {
        Ok(Some(who()))
    } else {
        Err(refused(
            "the plan does without a proof, and the word that agrees to it was not given",
        ))
    }
}

fn typed() -> String {
    let mut error = anstream::stderr();
    let _ = write!(
        error,
        "\nNo proof is taken: whether a rollback can bring database and documents back is not known.\n\
         Type {WORD} to update all the same: "
    );
    let _ = error.flush();
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        Ok(_) => answer,
        Err(_) => String::new(),
    }
}

fn refused(message: &str) -> Problem {
    Problem::refused(
        codes::PROOF_WAIVED,
        message,
        format!(
            "Plan without --waive-proof, or type the word {WORD}; without a terminal add --waiver {WORD}."
        ),
    )
}

/// The user of the system; of somebody who became root by sudo the name before it, too, as sudo says it.
fn who() -> String {
    let uid = users::current_uid();
    let gid = rustix::process::getegid().as_raw();
    let name = users::account(uid, gid).map_or_else(|| format!("user {uid}"), |found| found.name);
    match std::env::var("SUDO_USER") {
        Ok(before) if uid == 0 && !before.is_empty() => format!("{name}, by sudo from {before}"),
        _ => name,
    }
}
