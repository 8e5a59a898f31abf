//! What keeps an update from starting. Each case changes one fact of a good site.

use crate::facts::{release, site, wishes};
use raylift_model::codes;
use raylift_model::facts::{
    DatabaseKind, DiskFacts, FileKind, ManagedBy, Mount, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{Action, Plan, Verdict};
use raylift_model::version::SchemaVersion;
use raylift_plan::{PlanError, lint, make};

fn blocked_by(change: impl Fn(&mut SiteFacts, &mut ReleaseFacts)) -> Vec<String> {
    let (mut site, mut release) = (site(), release());
    change(&mut site, &mut release);
    let plan = make(&site, &release, None, &wishes()).unwrap();
    assert_eq!(
        plan.verdict == Verdict::Blocked,
        plan.blockers().count() > 0
    );
    assert_eq!(lint(&plan), []);
    plan.blockers()
        .map(|finding| finding.code.to_string())
        .collect()
}

#[test]
fn a_good_site_is_not_blocked() {
    assert!(blocked_by(|_, _| {}).is_empty());
}

#[test]
fn each_obstacle_has_its_code() {
    type Change = fn(&mut SiteFacts, &mut ReleaseFacts);
    let cases: [(&str, Change); 16] = [
        (codes::NOT_NEWER, |_, release| {
            release.identity.version = Some("7.1.3".parse().unwrap())
        }),
        (codes::SAME_RELEASE, |_, release| {
            release.identity.version = Some("7.2.0".parse().unwrap())
        }),
        (codes::LAYOUT_UNSUPPORTED, |_, release| {
            release.identity.version = Some("7.3.0".parse().unwrap())
        }),
        (codes::HOME_NOT_WRITABLE, |site, _| site.writable = false),
        (codes::SPLIT_TOMCAT, |site, _| {
            site.app_server.home = "/usr/share/tomcat".to_owned()
        }),
        (codes::STORE_NOT_FILES, |site, _| site.store.root = None),
        (codes::CLUSTERED, |site, _| site.cluster_link = true),
        (codes::JAVA_NOT_FOUND, |site, _| site.java = None),
        (codes::DATABASE_UNSUPPORTED, |site, _| {
            site.database.settings.kind = DatabaseKind::Other
        }),
        (codes::DATABASE_SOURCE, |site, _| {
            site.database.settings.kind = DatabaseKind::Undetermined
        }),
        (codes::RELEASE_STATE, |site, _| {
            site.database.release_rows[0].state = Some(1)
        }),
        (codes::INTERMEDIATE_VERSION, |site, _| {
            site.database
                .release_rows
                .push(crate::facts::row("blogs", "2.0.0-step-1"))
        }),
        (codes::DATABASE_AHEAD, |site, _| {
            site.database.release_rows[0].schema_version = SchemaVersion::new("8.0.0")
        }),
        (codes::DISK_TOO_SMALL, |site, _| site.disks[0].free = 1000),
        (codes::CONSOLE_PORT_TAKEN, |site, _| {
            site.listening = vec![11311]
        }),
        (codes::CLIENT_MISSING, |_, release| {
            release
                .files
                .retain(|file| !file.path.as_str().starts_with("tools/"))
        }),
    ];
    for (code, change) in cases {
        let found = blocked_by(change);
        assert!(found.iter().any(|found| found == code), "{code}: {found:?}");
    }
}

#[test]
fn the_core_row_must_be_there() {
    let found = blocked_by(|site, _| site.database.release_rows.clear());
    assert!(
        found.contains(&codes::CORE_ROW_MISSING.to_owned()),
        "{found:?}"
    );
}

#[test]
fn null_is_a_good_state() {
    assert!(blocked_by(|site, _| site.database.release_rows[0].state = None).is_empty());
}

#[test]
fn containers_and_unreadable_processes_are_refused() {
    let container = blocked_by(|site, _| {
        site.app_server.process.as_mut().unwrap().managed_by = ManagedBy::Container {
            cgroup: "/docker/abc".to_owned(),
        };
    });
    assert_eq!(container, [codes::CONTAINER]);
    let unreadable = blocked_by(|site, _| {
        site.app_server
            .process
            .as_mut()
            .unwrap()
            .environment_readable = false
    });
    assert_eq!(unreadable, [codes::PROC_UNREADABLE]);
}

#[test]
fn without_versions_there_is_no_plan() {
    let mut nameless = site();
    nameless.identity.version = None;
    assert!(matches!(
        make(&nameless, &release(), None, &wishes()),
        Err(PlanError::InstalledUnknown { .. })
    ));
    let mut empty = release();
    empty.identity.version = None;
    assert!(matches!(
        make(&site(), &empty, None, &wishes()),
        Err(PlanError::ReleaseUnknown { .. })
    ));
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let bytes =
        || serde_json::to_vec(&make(&site(), &release(), None, &wishes()).unwrap()).unwrap();
    assert_eq!(bytes(), bytes());
    let plan: raylift_model::plan::Plan = serde_json::from_slice(&bytes()).unwrap();
    assert_eq!(
        serde_json::to_vec(&plan).unwrap(),
        bytes(),
        "what is written is read back"
    );
}

#[test]
fn a_broken_plan_is_caught_by_the_linter() {
    let mut plan = make(&site(), &release(), None, &wishes()).unwrap();
    plan.actions.swap(4, 5);
    assert!(
        !lint(&plan).is_empty(),
        "the server would stop before the fence is up"
    );
}

#[test]
fn links_and_devices_do_not_confuse_the_plan() {
    let found = blocked_by(|site, _| {
        let mut link = crate::facts::file("osgi/modules/link.jar", "");
        link.kind = FileKind::Link {
            target: "../war/x.jar".to_owned(),
        };
        link.digest = None;
        site.files.push(link);
        site.files.sort_by(|one, two| one.path.cmp(&two.path));
    });
    assert!(found.is_empty());
}

#[test]
fn nothing_is_staged_through_a_link() {
    let linked = |path: &'static str| {
        blocked_by(move |site, _| {
            let mut link = crate::facts::file(path, "");
            link.kind = FileKind::Link {
                target: "/srv/shared".to_owned(),
            };
            link.digest = None;
            site.files
                .retain(|file| !file.path.as_str().starts_with(path));
            site.files.push(link);
            site.files.sort_by(|one, two| one.path.cmp(&two.path));
        })
    };
    assert_eq!(linked("osgi/configs"), [codes::HOME_THROUGH_LINK]);
    assert_eq!(linked("osgi/marketplace"), [codes::HOME_THROUGH_LINK]);
    assert!(
        linked("osgi/war").is_empty(),
        "the release has nothing there"
    );
}

#[test]
fn raylifts_folder_must_lie_on_the_mount_of_what_it_exchanges() {
    let mount = |at: &str, device: &str| Mount {
        at: at.to_owned(),
        device: device.to_owned(),
        kind: "ext4".to_owned(),
        read_only: false,
    };
    let one = blocked_by(|site, _| site.mounts = vec![mount("/", "8:1")]);
    assert!(one.is_empty());
    let tomcat_apart = blocked_by(|site, _| {
        site.mounts = vec![
            mount("/", "8:1"),
            mount("/srv/liferay/tomcat-9.0.19", "8:1"),
        ];
    });
    assert_eq!(tomcat_apart, [codes::MOUNT_INSIDE]);

    let mut site = site();
    site.disks.push(DiskFacts {
        path: "/var/lib/raylift".to_owned(),
        device: "8:2".to_owned(),
        free: 1 << 40,
    });
    let mut wishes = wishes();
    wishes.settings.state = Some("/var/lib/raylift".into());
    let plan = make(&site, &release(), None, &wishes).unwrap();
    let codes: Vec<&str> = plan
        .blockers()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(codes, [codes::MOUNT_INSIDE]);
}

#[test]
fn a_plan_that_leaves_the_site_is_caught_by_the_linter() {
    let good = make(&site(), &release(), None, &wishes()).unwrap();
    type Change = fn(&mut Plan);
    let changes: [Change; 4] = [
        |plan| plan.exchanges[0].live = "/etc".into(),
        |plan| plan.exchanges[0].staged = "/srv/liferay/.raylift/../data".into(),
        |plan| plan.site.state = "relative".into(),
        |plan| {
            for planned in &mut plan.actions {
                if let Action::RaiseFence { script, .. } = &mut planned.action {
                    *script = "/usr/bin/env".into();
                }
            }
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut plan = good.clone();
        change(&mut plan);
        assert!(!lint(&plan).is_empty(), "change {number}");
    }
}

#[test]
fn a_unit_is_driven_with_a_word_of_warning() {
    let mut managed = site();
    managed.app_server.process.as_mut().unwrap().managed_by = ManagedBy::Systemd {
        unit: "liferay.service".to_owned(),
    };
    let plan = make(&managed, &release(), None, &wishes()).unwrap();
    assert_eq!(plan.blockers().count(), 0);
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.code.as_str() == codes::MANAGER_UNSUPPORTED)
    );
}

/// Nothing is gained by rights to read a file that leads back to itself.
#[test]
fn a_database_that_a_cycle_hides_is_found_when_the_cycle_is_gone() {
    let remedy = |cause: Option<Finding>| {
        let mut site = site();
        site.database.settings.kind = DatabaseKind::Undetermined;
        site.findings.extend(cause);
        let plan = make(&site, &release(), None, &wishes()).unwrap();
        let mut told = plan.findings.into_iter().filter(|finding| {
            finding.code.as_str() == codes::DATABASE_SOURCE
                && finding.subject == "database settings"
        });
        told.next().unwrap()
    };
    assert!(remedy(None).remedy.contains("readable"));
    let place = "/srv/liferay/portal-ext.properties:2";
    let cycle = Finding::new(
        Severity::Blocker,
        codes::PROPERTIES_CYCLE,
        place,
        "leads back to itself",
        "take the line out",
    );
    let told = remedy(Some(cycle));
    assert_eq!(
        told.remedy,
        format!("take the line out ({}: {place})", codes::PROPERTIES_CYCLE)
    );
    assert!(told.evidence[0].contains(place), "{told:?}");
}
