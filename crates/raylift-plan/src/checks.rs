//! What stands against an update, or should be known before it.

use raylift_model::codes;
use raylift_model::facts::{ManagedBy, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::version::ReleaseVersion;

use crate::wishes::Wishes;

/// Everything that the site and the release by themselves say for or against an update.
pub(crate) fn findings(site: &SiteFacts, release: &ReleaseFacts, wishes: &Wishes) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(versions(site, release, wishes));
    findings.extend(place(site));
    findings.extend(server(site));
    if site.cluster_link {
        findings.push(blocker(
            codes::CLUSTERED,
            "cluster.link.enabled",
            "the site is clustered, and raylift cannot update clusters yet",
            "update by hand, or take the other nodes out and set cluster.link.enabled=false first",
        ));
    }
    findings
}

fn java_of_the_environment(site: &SiteFacts) -> String {
    let java = site
        .java
        .as_ref()
        .map_or("none was found", |java| java.home.as_str());
    format!(
        "Java is that of raylift.toml or of raylift's own environment ({java}); what setenv.sh sets is not known"
    )
}

pub(crate) fn blocker(
    code: &str,
    subject: impl Into<String>,
    message: impl Into<String>,
    remedy: &str,
) -> Finding {
    Finding::new(Severity::Blocker, code, subject, message, remedy)
}

/// Another release than the installed one would make certain what is wrong.
pub(crate) fn old_release(installed: &ReleaseVersion, old: &ReleaseFacts) -> Option<Finding> {
    let given = old.identity.version.as_ref();
    if given == Some(installed) {
        return None;
    }
    let what = given.map_or_else(|| "of an unknown version".to_owned(), ToString::to_string);
    Some(blocker(
        codes::OLD_RELEASE_DIFFERS,
        old.place.clone(),
        format!("given as the installed release, which is {installed}, but it is {what}"),
        "give the archive of the installed release, or leave --old-release out",
    ))
}

/// From which line to which raylift updates: what was run from end to end.
const LINES: [((u32, u32), (u32, u32)); 2] = [((7, 2), (7, 2)), ((7, 3), (7, 4))];

fn versions(site: &SiteFacts, release: &ReleaseFacts, wishes: &Wishes) -> Vec<Finding> {
    let (Some(from), Some(to)) = (&site.identity.version, &release.identity.version) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if to < from {
        findings.push(blocker(
            codes::NOT_NEWER,
            to.to_string(),
            format!("the release {to} is older than the installed {from}; Liferay cannot go to an older release"),
            "give a newer release; to undo an update of raylift use raylift rollback",
        ));
    } else if to == from && !wishes.same_release {
        findings.push(blocker(
            codes::SAME_RELEASE,
            to.to_string(),
            format!("the release {to} is the installed one"),
            "give a newer release; for a re-spin of the same version add --same-release",
        ));
    }
    if !LINES.contains(&(from.line(), to.line())) {
        findings.push(blocker(
            codes::LAYOUT_UNSUPPORTED,
            to.to_string(),
            format!(
                "raylift updates inside the line 7.2 and from 7.3 to 7.4 so far, not {from} to {to}"
            ),
            "update by hand, or wait for a raylift that knows these lines",
        ));
    }
    findings
}

fn place(site: &SiteFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !site.writable {
        findings.push(blocker(
            codes::HOME_NOT_WRITABLE,
            site.home.clone(),
            "raylift may not write below the home",
            "run raylift as root or as the site's user",
        ));
    }
    if site.app_server.home != site.app_server.base {
        findings.push(blocker(
            codes::SPLIT_TOMCAT,
            site.app_server.base.clone(),
            format!("catalina.base is not catalina.home ({}), and raylift cannot fence such a server yet", site.app_server.home),
            "update by hand",
        ));
    }
    if site.store.root.is_none() {
        findings.push(blocker(
            codes::STORE_NOT_FILES,
            site.store.implementation.clone(),
            "the documents do not lie in a folder of this machine, and raylift cannot yet bring them back",
            "update by hand",
        ));
    }
    findings
}

fn server(site: &SiteFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &site.app_server.process {
        None => findings.push(Finding::new(
            Severity::Warning,
            codes::SERVER_NOT_RUNNING,
            site.app_server.base.clone(),
            "the server is not running, so that there is nothing to compare the new site's answers with; the update starts it",
            "start the site first and plan again",
        ).because(java_of_the_environment(site))),
        Some(process) => {
            if let ManagedBy::Container { cgroup } = &process.managed_by {
                findings.push(
                    blocker(
                        codes::CONTAINER,
                        format!("pid {}", process.pid),
                        "the server runs in a container, whose files raylift must not change from outside",
                        "build a new image for the new release",
                    )
                    .because(cgroup.clone()),
                );
            }
            if let ManagedBy::Systemd { unit } = &process.managed_by {
                findings.push(Finding::new(
                    Severity::Warning,
                    codes::MANAGER_UNSUPPORTED,
                    unit.clone(),
                    "raylift stops and starts the server through this unit; a unit that calls Java itself, and not bin/catalina.sh, would pass the fence",
                    "look at ExecStart of the unit; when it calls Java itself, stop and mask the unit for the update and give server.start and server.stop in raylift.toml",
                ));
            }
            if !process.environment_readable {
                findings.push(blocker(
                    codes::PROC_UNREADABLE,
                    format!("/proc/{}/environ", process.pid),
                    "the server's environment cannot be read, so that its settings are not known",
                    "run raylift as root or as the site's user",
                ));
            }
        }
    }
    if site.java.is_none() {
        findings.push(blocker(
            codes::JAVA_NOT_FOUND,
            site.home.clone(),
            "no Java was found that runs this site",
            "start the site, or set server.java_home in raylift.toml",
        ));
    }
    findings
}
