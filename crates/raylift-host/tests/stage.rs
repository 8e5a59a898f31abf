//! Staging, against a release folder and a site folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use common::{RUN, Site, owner};
use raylift_host::effects::exchange::Exchanger;
use raylift_host::effects::stage::{is_staged, stage};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Decision, Edit};
use raylift_run::host::{HostError, LiveSide};

fn release(from: &str, content: &str) -> Decision {
    Decision::Release {
        from: RelativePath::new(from),
        digest: Digest::of(content.as_bytes()),
        mode: 0o644,
        replaces: true,
    }
}

fn carry(content: Option<&str>) -> Decision {
    Decision::Carry {
        digest: content.map(|content| Digest::of(content.as_bytes())),
    }
}

fn run(site: &Site) -> Result<Vec<String>, HostError> {
    stage(
        &site.plan,
        &site.staging(),
        Exchanger::default(),
        &mut |_| {},
    )
}

/// A site with something of every kind, and a release for it.
fn site() -> Site {
    let mut site = Site::new();
    site.write("osgi/core/kernel.jar", "old kernel", 0o640);
    site.write("osgi/modules/own.jar", "own module", 0o600);
    site.write("osgi/gone.jar", "old only", 0o644);
    let empty = site.write("osgi/war/x", "", 0o644);
    fs::remove_file(&empty).unwrap();
    symlink("own.jar", site.home().join("osgi/modules/link.jar")).unwrap();
    common::give_all(&site.home().join("osgi"));
    fs::set_permissions(
        site.home().join("osgi/core"),
        fs::Permissions::from_mode(0o2750),
    )
    .unwrap();
    site.release_file("osgi/core/kernel.jar", "new kernel");
    site.release_file("osgi/portal/added.jar", "added");
    site.release_file("tomcat-9.0.33/webapps/ROOT/index.jsp", "page");
    site.release_file("readme.html", "not wanted");
    site.exchange("osgi", true);
    site.exchange("tomcat-9.0.19/webapps/ROOT", false);
    site.decide(
        "osgi/core/kernel.jar",
        release("osgi/core/kernel.jar", "new kernel"),
    );
    site.decide(
        "osgi/portal/added.jar",
        release("osgi/portal/added.jar", "added"),
    );
    site.decide(
        "tomcat-9.0.19/webapps/ROOT/index.jsp",
        release("tomcat-9.0.33/webapps/ROOT/index.jsp", "page"),
    );
    site.decide("osgi/modules/own.jar", carry(Some("own module")));
    site.decide("osgi/modules/link.jar", carry(None));
    site.decide("osgi/war", carry(None));
    site.decide("osgi/gone.jar", Decision::Drop);
    site.decide(
        "osgi/configs/written.config",
        Decision::Write {
            content: "autoUpgrade=B\"false\"\n".to_owned(),
            mode: 0o644,
            replaces: false,
        },
    );
    site.decide("data/keep", Decision::Keep);
    site
}

fn moved(from: &str, content: &str) -> Decision {
    Decision::Move {
        from: RelativePath::new(from),
        digest: Some(Digest::of(content.as_bytes())),
    }
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_is_carried_to_another_place_as_it_is() {
    let mut site = site();
    site.write("tomcat-9.0.19/lib/ext/ojdbc8.jar", "driver", 0o640);
    site.decide(
        "tomcat-9.0.19/webapps/ROOT/WEB-INF/shielded-container-lib/ojdbc8.jar",
        moved("tomcat-9.0.19/lib/ext/ojdbc8.jar", "driver"),
    );
    run(&site).unwrap();
    let target = site
        .staging()
        .join("tomcat-9.0.19/webapps/ROOT/WEB-INF/shielded-container-lib/ojdbc8.jar");
    assert_eq!(read(target), "driver");
    assert_eq!(
        read(site.home().join("tomcat-9.0.19/lib/ext/ojdbc8.jar")),
        "driver",
        "the site's stays"
    );
}

#[test]
fn a_file_that_was_changed_meanwhile_is_not_carried_elsewhere() {
    let mut site = site();
    site.write("tomcat-9.0.19/lib/ext/ojdbc8.jar", "another", 0o640);
    site.decide(
        "tomcat-9.0.19/webapps/ROOT/WEB-INF/shielded-container-lib/ojdbc8.jar",
        moved("tomcat-9.0.19/lib/ext/ojdbc8.jar", "driver"),
    );
    assert_eq!(run(&site).unwrap_err().code, codes::PLAN_STALE);
}

#[test]
fn the_new_trees_hold_what_the_plan_says_and_nothing_else() {
    let site = site();
    assert!(!is_staged(&site.plan, &site.staging()).unwrap());
    run(&site).unwrap();
    assert!(is_staged(&site.plan, &site.staging()).unwrap());
    let osgi = site.staging().join("osgi");
    assert_eq!(read(osgi.join("core/kernel.jar")), "new kernel");
    assert_eq!(read(osgi.join("modules/own.jar")), "own module");
    assert_eq!(
        read(osgi.join("configs/written.config")),
        "autoUpgrade=B\"false\"\n"
    );
    assert_eq!(
        fs::read_link(osgi.join("modules/link.jar")).unwrap(),
        Path::new("own.jar")
    );
    let mut names: Vec<_> = walkdir::WalkDir::new(site.staging())
        .min_depth(1)
        .into_iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(site.staging()).unwrap();
            path.display().to_string()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".raylift-staged",
            "osgi",
            "osgi/.raylift-tree",
            "osgi/configs",
            "osgi/configs/written.config",
            "osgi/core",
            "osgi/core/kernel.jar",
            "osgi/modules",
            "osgi/modules/link.jar",
            "osgi/modules/own.jar",
            "osgi/portal",
            "osgi/portal/added.jar",
            "osgi/war",
            "tomcat-9.0.19",
            "tomcat-9.0.19/webapps",
            "tomcat-9.0.19/webapps/ROOT",
            "tomcat-9.0.19/webapps/ROOT/.raylift-tree",
            "tomcat-9.0.19/webapps/ROOT/index.jsp",
        ]
    );
    assert_eq!(read(osgi.join(".raylift-tree")).trim_end(), RUN);
}

#[test]
fn everything_belongs_to_the_sites_user_with_the_modes_it_replaces() {
    let site = site();
    run(&site).unwrap();
    for exchange in &site.plan.exchanges {
        for entry in walkdir::WalkDir::new(&exchange.staged) {
            let path = entry.unwrap().into_path();
            let stat = fs::symlink_metadata(&path).unwrap();
            assert_eq!(
                (stat.uid(), stat.gid()),
                (owner().uid, owner().gid),
                "{}",
                path.display()
            );
        }
    }
    let mode = |path: &str| fs::metadata(site.staging().join(path)).unwrap().mode() & 0o7777;
    assert_eq!(mode("osgi/core"), 0o2750);
    assert_eq!(mode("osgi/core/kernel.jar"), 0o640);
    assert_eq!(mode("osgi/modules/own.jar"), 0o600);
    assert_eq!(mode("osgi/portal/added.jar"), 0o644);
    let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    assert_eq!(
        time(&site.staging().join("osgi/modules/own.jar")),
        time(&site.home().join("osgi/modules/own.jar"))
    );
}

#[test]
fn what_a_killed_run_left_is_done_anew() {
    let site = site();
    let left = site.staging().join("osgi/core/kernel.jar");
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    fs::write(&left, "half").unwrap();
    run(&site).unwrap();
    assert_eq!(read(&left), "new kernel");
    // A second call finds it complete and changes nothing.
    fs::write(&left, "seen").unwrap();
    run(&site).unwrap();
    assert_eq!(read(&left), "seen");
}

#[test]
fn another_plan_is_not_what_was_staged() {
    let mut site = site();
    run(&site).unwrap();
    site.plan.site.was_running = false;
    assert!(!is_staged(&site.plan, &site.staging()).unwrap());
}

#[test]
fn a_site_file_or_release_file_that_changed_stops_the_staging() {
    let site = site();
    fs::write(site.home().join("osgi/modules/own.jar"), "changed").unwrap();
    let error = run(&site).unwrap_err();
    assert_eq!(error.code, codes::PLAN_STALE);
    assert!(error.message.contains("osgi/modules/own.jar"), "{error}");
    assert!(!is_staged(&site.plan, &site.staging()).unwrap());
    fs::write(site.home().join("osgi/modules/own.jar"), "own module").unwrap();
    site.release_file("osgi/core/kernel.jar", "other kernel");
    assert_eq!(run(&site).unwrap_err().code, codes::ARCHIVE_UNREADABLE);
    fs::remove_file(site.release().join("osgi/core/kernel.jar")).unwrap();
    let error = run(&site).unwrap_err();
    assert_eq!(error.code, codes::PLAN_STALE);
    assert!(error.message.contains("osgi/core/kernel.jar"), "{error}");
}

/// A server that is up empties a file before it writes it back.
#[test]
fn a_file_that_is_being_written_is_copied_once_more() {
    let site = site();
    let live = site.home().join("osgi/modules/own.jar");
    fs::write(&live, "").unwrap();
    let copied = || {
        walkdir::WalkDir::new(site.staging())
            .into_iter()
            .flatten()
            .find(|entry| entry.file_name() == "own.jar")
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while copied().is_none() {
                std::thread::yield_now();
            }
            fs::write(&live, "own module").unwrap();
        });
        run(&site).unwrap();
    });
    assert_eq!(read(copied().unwrap().path()), "own module");
}

/// After the switch the staging folder holds the site's old files.
#[test]
fn old_files_in_the_staging_folder_are_never_removed() {
    let mut site = site();
    run(&site).unwrap();
    let exchanger = Exchanger::default();
    exchanger
        .exchange(&site.plan.exchanges[0], LiveSide::New)
        .unwrap();
    site.plan.site.was_running = false;
    let error = run(&site).unwrap_err();
    assert_eq!(error.code, codes::EXCHANGE_AMBIGUOUS);
    assert_eq!(read(site.staging().join("osgi/gone.jar")), "old only");
}

#[test]
fn a_decision_without_an_exchange_is_refused() {
    let mut site = site();
    site.release_file("conf/server.xml", "x");
    site.decide("conf/server.xml", release("conf/server.xml", "x"));
    let error = run(&site).unwrap_err();
    assert!(error.message.contains("conf/server.xml"), "{error}");
}

fn make_pipe(path: &Path) {
    fs::remove_file(path).ok();
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

/// Who opened one would wait for a writer for ever.
#[test]
fn pipes_and_sockets_of_the_site_do_not_hold_the_staging_up() {
    let mut site = site();
    let configs = site.home().join("osgi/configs");
    fs::create_dir_all(&configs).unwrap();
    make_pipe(&configs.join("a.config"));
    let socket = site.home().join("osgi/modules/x.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    site.decide("osgi/configs/a.config", Decision::Drop);
    site.decide("osgi/modules/x.sock", Decision::Drop);
    run(&site).unwrap();
    assert!(!site.staging().join("osgi/configs/a.config").exists());
    assert!(!site.staging().join("osgi/modules/x.sock").exists());
}

#[test]
fn a_pipe_that_took_the_place_of_a_file_is_a_change() {
    let mut site = site();
    site.write("osgi/configs/b.config", "a=\"b\"\n", 0o644);
    site.decide(
        "osgi/configs/b.config",
        Decision::Edit(Edit {
            base: Base::Site {
                path: RelativePath::new("osgi/configs/b.config"),
                digest: Digest::of(b"a=\"b\"\n"),
            },
            splices: Vec::new(),
            mode: 0o644,
            replaces: true,
            difference: String::new(),
        }),
    );
    run(&site).unwrap();
    for path in ["osgi/configs/b.config", "osgi/modules/own.jar"] {
        let kept = fs::read(site.home().join(path)).unwrap();
        make_pipe(&site.home().join(path));
        fs::remove_dir_all(site.staging()).unwrap();
        let error = run(&site).unwrap_err();
        assert_eq!(error.code, codes::PLAN_STALE, "{path}");
        fs::remove_file(site.home().join(path)).unwrap();
        fs::write(site.home().join(path), kept).unwrap();
    }
}
