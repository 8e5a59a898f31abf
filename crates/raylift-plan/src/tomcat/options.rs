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
    let running: Option<Vec<&str>> = parts.site.app_server.process.as_ref().map(|process| {
        let options = process.jvm_options.iter().map(String::as_str);
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
    // What the `java` command takes from its environment does not stand in its command line.
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

/// Less heap or metaspace than the release's own.
fn memory(own: Option<&Script>, wanted: &Script, running: Option<&[&str]>) -> Vec<Finding> {
    let running = running.filter(|running| !running.is_empty());
    let effective = |name: &str| -> Option<String> {
        let given = own.iter().flat_map(|own| own.java_options());
        let all: Vec<&str> = match running {
            Some(running) => running.to_vec(),
            None => given.map(|(_, option)| option).collect(),
        };
        all.into_iter()
            .rfind(|option| option_name(option) == name)
            .map(str::to_owned)
    };
    // Another variable of the script may hold what its options do not show.
    let is_whole = |own: &Script| {
        let mut values = own.assignments.iter().map(|assignment| &assignment.written);
        own.not_understood.is_empty() && !values.any(|value| value.contains("-Xmx"))
    };
    let is_known = running.is_some() || own.is_some_and(is_whole);
    ["-Xmx", "-XX:MaxMetaspaceSize"]
        .into_iter()
        .filter_map(|name| {
            let release = wanted
                .java_options()
                .map(|(_, option)| option)
                .filter(|option| option_name(option) == name)
                .last()?;
            let here = effective(name);
            let message = match &here {
                Some(here) if size(Some(here))? < size(Some(release))? => {
                    format!("the server gets {here}, the release gives itself {release}")
                }
                // Without it the heap is a part of the machine's memory; the metaspace has no limit.
                None if name == "-Xmx" && is_known => {
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
