//! The options that the running server really gets, against those that the release needs.

use raylift_formats::merge::{Dialect, Script, option_name, script};
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::rules::size;
use super::{Parts, java};

/// Findings about memory, options that Java refuses, and options that do not come from `setenv.sh`.
pub(super) fn check(parts: &Parts<'_>) -> Vec<Finding> {
    let path = parts.tomcat.join("bin/setenv.sh");
    let own = parts.site.texts.get(&path).map(|text| text.expose());
    let own = own.map(|text| script(text, Dialect::Sh));
    let wanted = parts
        .of_release("bin/setenv.sh")
        .map(|text| script(text.as_bytes(), Dialect::Sh))
        .unwrap_or_default();
    // `java` puts those of its environment before its arguments.
    let running: Option<Vec<&str>> = parts.site.app_server.process.as_ref().map(|process| {
        let options = process.java_options.iter().chain(&process.jvm_options);
        let options = options.map(String::as_str);
        options.filter(|option| !option.is_empty()).collect()
    });
    let mut findings = Vec::new();
    findings.extend(elsewhere(parts, own.as_ref(), &wanted, running.as_deref()));
    findings.extend(refused(parts, own.as_ref(), running.as_deref()));
    findings.extend(memory(own.as_ref(), &wanted, running.as_deref()));
    findings
}

/// The running server has nothing of what `setenv.sh` gives, so that it is started in another way.
fn elsewhere(
    parts: &Parts<'_>,
    own: Option<&Script>,
    wanted: &Script,
    running: Option<&[&str]>,
) -> Option<Finding> {
    let running = running?;
    // What stands in the environment may have come there in another way.
    let given: Vec<&str> = own
        .iter()
        .flat_map(|own| own.java_options())
        .filter(|(variable, option)| *variable != "JDK_JAVA_OPTIONS" && !option.contains('$'))
        .map(|(_, option)| option)
        .collect();
    let unused = match own {
        None => true,
        Some(_) => !given.is_empty() && !given.iter().any(|option| running.contains(option)),
    };
    let has = |option: &str| {
        let name = option_name(option);
        running.iter().any(|other| option_name(other) == name)
    };
    let missing: Vec<&str> = wanted
        .java_options()
        .filter(|(_, option)| !has(option))
        .filter(|(_, option)| {
            option.starts_with("--add-")
                || ["-Dfile.encoding", "-Duser.timezone"].contains(&option_name(option).as_str())
        })
        .map(|(_, option)| option)
        .collect();
    if !unused || missing.is_empty() {
        return None;
    }
    let finding = Finding::new(
        Severity::Warning,
        codes::OPTIONS_ELSEWHERE,
        parts.tomcat.join("bin/setenv.sh").to_string(),
        "the running server does not get its options from this file, and the release needs some that it does not get",
        "put these options where the server is started from (its unit, its environment), before the update",
    );
    Some(missing.into_iter().fold(finding, Finding::because))
}

/// Options that would end Java at the next start, given elsewhere than in a file that raylift mends.
fn refused(parts: &Parts<'_>, own: Option<&Script>, running: Option<&[&str]>) -> Option<Finding> {
    let major = parts.site.java.as_ref()?.major;
    let is_own = |option: &str| {
        own.is_some_and(|own| {
            own.not_understood.is_empty() && own.java_options().any(|(_, other)| other == option)
        })
    };
    let names: Vec<String> = running?
        .iter()
        .filter(|option| java::refuses(&option_name(option), major) && !is_own(option))
        .map(|option| option_name(option))
        .collect();
    let finding = Finding::new(
        Severity::Warning,
        codes::JAVA_OPTION_REFUSED,
        names.first()?.as_str(),
        format!(
            "Java {} ends at once with this option, which the server was started with",
            major.unwrap_or_default()
        ),
        "take it out where it is given: in the unit or in the environment of who starts the server",
    );
    Some(names.into_iter().fold(finding, Finding::because))
}

/// Less heap or metaspace than the release's own. Of several options the last that Java gets counts; what a script gives
/// is known where all of it is understood, and no other variable may hold what its options do not show.
fn memory(own: Option<&Script>, wanted: &Script, running: Option<&[&str]>) -> Vec<Finding> {
    let running = running.filter(|running| !running.is_empty());
    ["-Xmx", "-XX:MaxMetaspaceSize"]
        .into_iter()
        .filter_map(|name| {
            let release = wanted.last_option(name)?;
            let here = match (running, own) {
                (Some(running), _) => running
                    .iter()
                    .rfind(|option| option_name(option) == name)
                    .copied(),
                (None, Some(own)) if own.shows(name, Dialect::Sh) => own.last_option(name),
                (None, _) => return None,
            };
            let message = match here {
                Some(here) if size(Some(here))? < size(Some(release))? => {
                    format!("the server gets {here}, the release gives itself {release}")
                }
                // Without it the heap is a part of the machine's memory; the metaspace has no limit.
                None if name == "-Xmx" => {
                    format!("the server gets no {name}, the release gives itself {release}")
                }
                _ => return None,
            };
            Some(Finding::new(
                Severity::Warning,
                codes::HEAP_SMALLER,
                name,
                message,
                "raise it in bin/setenv.sh when the machine has the memory",
            ))
        })
        .collect()
}
