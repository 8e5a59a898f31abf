//! Options that the new release needs and that the server would not get after the switch.

use raylift_formats::merge::{Dialect, Script, option_name, script};
use raylift_model::finding::{Finding, Severity};

use super::rules::DEMANDED;
use super::{Parts, findings, java};

/// The script that sets them, below Tomcat's folder.
pub(super) const SCRIPT: &str = "bin/setenv.sh";

/// Lines that would give the server what it lacks, and where in the script they do.
pub(super) struct Missing {
    pub(super) lines: Vec<String>,
    pub(super) place: &'static str,
}

/// What is missing with this script in place; `None` when nothing is, and for other files. What the running server gets
/// today it goes on getting; of a script that is not understood only the lines that run in any case count.
pub(super) fn missing(parts: &Parts<'_>, name: &str, text: &[u8]) -> Option<Missing> {
    if name != SCRIPT {
        return None;
    }
    let release = parts.of_release(SCRIPT)?;
    let wanted = script(release.as_bytes(), Dialect::Sh);
    let running = running(parts);
    let lacks = |text: &[u8]| -> Vec<(&str, &str)> {
        let own = script(text, Dialect::Sh);
        let given = own.certain_options(text, Dialect::Sh);
        let options = wanted.java_options().filter(|(_, option)| {
            is_needed(parts, option)
                && !running.iter().any(|other| is_same(other, option))
                && !given.iter().any(|other| is_same(other, option))
        });
        options.collect()
    };
    let lacking = lacks(text);
    if lacking.is_empty() {
        return None;
    }
    let lines: Vec<String> = lacking
        .iter()
        .map(|(variable, option)| line(&wanted, variable, option))
        .collect();
    let added = lines.join("\n").into_bytes();
    let last = [text, b"\n", &added, b"\n"].concat();
    let first = [&added, b"\n".as_slice(), text].concat();
    let place = match () {
        () if lacks(&last).is_empty() || !lacks(&first).is_empty() => "at its end",
        () => "as its first lines",
    };
    Some(Missing { lines, place })
}

/// Options without which the release does not work, and the installed one did: those that open modules where Java keeps
/// them closed, and those that the manual demands of every site where no server is seen that does without them.
fn is_needed(parts: &Parts<'_>, option: &str) -> bool {
    let was_needed = match parts.of_old(SCRIPT) {
        Some(old) => {
            let old = script(old.as_bytes(), Dialect::Sh);
            old.java_options().any(|(_, old)| is_same(old, option))
        }
        None => !parts.crosses(),
    };
    if option.starts_with("--add-") {
        let release = java::keeps_modules_closed(java::next(parts.site, parts.release));
        return release && !(was_needed && java::keeps_modules_closed(java::major(parts.site)));
    }
    let is_demanded = DEMANDED.contains(&&*option_name(option));
    is_demanded && !was_needed && parts.site.app_server.process.is_none()
}

/// Of options that open modules every one counts; of others the last of a name.
fn is_same(one: &str, other: &str) -> bool {
    option_name(one) == option_name(other)
}

/// What the running server got: from its environment, then from its command line, where a module may stand behind its
/// option as a word of its own (`java` manual).
fn running(parts: &Parts<'_>) -> Vec<String> {
    let process = parts.site.app_server.process.iter();
    let mut words = process
        .flat_map(|process| process.java_options.iter().chain(&process.jvm_options))
        .peekable();
    let mut options = Vec::new();
    while let Some(word) = words.next() {
        let takes_next = word.starts_with("--add-") && !word.contains('=');
        match words.next_if(|_| takes_next) {
            Some(value) => options.push(format!("{word}={value}")),
            None => options.push(word.clone()),
        }
    }
    options
}

/// A line of its own, as the release's script has it.
fn line(wanted: &Script, variable: &str, option: &str) -> String {
    let export = if wanted.exports(variable) {
        "export "
    } else {
        ""
    };
    format!("{export}{variable}=\"${variable} {option}\"")
}

impl Missing {
    /// The finding, as a blocker with these lines. `told` is what is said about the file already.
    pub(super) fn blocker(&self, told: Option<Finding>, parts: &Parts<'_>) -> Finding {
        let path = parts.tomcat.join(SCRIPT);
        let mut finding = told.unwrap_or_else(|| findings::not_seen(&path));
        finding.severity = Severity::Blocker;
        finding.remedy = format!(
            "put these lines into {SCRIPT}, {}, and plan again; where the server gets these options in another way, say --resolve {SCRIPT}=site\n{}",
            self.place,
            self.lines.join("\n")
        );
        finding
    }
}
