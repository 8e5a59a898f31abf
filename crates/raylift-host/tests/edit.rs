//! Files that are staged with some of their bytes replaced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use common::Site;
use raylift_formats::config::{Dialect, read_as};
use raylift_host::effects::exchange::Exchanger;
use raylift_host::effects::stage::stage;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Decision, Edit, ExchangeProbe, Piece, Splice};
use raylift_run::host::{HostError, LiveSide};

const OLD: &str = "# mine\na.b=1\ndb.password=ge h\\u00e9im\n";

fn of_site(path: &str, content: &str) -> Base {
    Base::Site {
        path: RelativePath::new(path),
        digest: Digest::of(content.as_bytes()),
    }
}

fn text(text: &str) -> Piece {
    Piece::Text {
        text: text.to_owned(),
    }
}

fn splice(at: u64, remove: u64, insert: Vec<Piece>) -> Splice {
    Splice { at, remove, insert }
}

fn edit(base: Base, splices: Vec<Splice>, replaces: bool) -> Decision {
    Decision::Edit(Edit {
        base,
        splices,
        mode: 0o600,
        replaces,
        difference: String::new(),
    })
}

/// A site whose `osgi` is exchanged.
fn site() -> Site {
    let mut site = Site::new();
    site.write("portal-ext.properties", OLD, 0o640);
    site.release_file("readme.html", "not wanted");
    site.exchange("osgi", false);
    site
}

/// A site whose `portal-ext.properties` is exchanged by itself.
fn site_with_single_file() -> Site {
    let mut site = Site::new();
    site.write("portal-ext.properties", OLD, 0o640);
    site.release_file("readme.html", "not wanted");
    site.exchange("portal-ext.properties", true);
    site.plan.exchanges[0].probe = ExchangeProbe::Replaced(Digest::of(OLD.as_bytes()));
    site
}

fn run(site: &Site) -> Result<Vec<String>, HostError> {
    stage(
        &site.plan,
        &site.staging(),
        Exchanger::default(),
        &mut |_| {},
    )
}

#[test]
fn bytes_are_replaced_and_all_others_stay() {
    let mut site = site_with_single_file();
    site.decide(
        "portal-ext.properties",
        edit(
            of_site("portal-ext.properties", OLD),
            vec![
                splice(0, 0, vec![text("# new\n")]),
                splice(7, 3, vec![text("c"), text(".d")]),
            ],
            true,
        ),
    );
    run(&site).unwrap();
    let staged = site.staging().join("portal-ext.properties");
    assert_eq!(
        fs::read_to_string(&staged).unwrap(),
        "# new\n# mine\nc.d=1\ndb.password=ge h\\u00e9im\n"
    );
    assert_eq!(fs::metadata(&staged).unwrap().mode() & 0o7777, 0o640);
    let exchange = &site.plan.exchanges[0];
    let exchanger = Exchanger::default();
    assert_eq!(exchanger.live_side(exchange).unwrap(), LiveSide::Old);
    exchanger.exchange(exchange, LiveSide::New).unwrap();
    assert_eq!(exchanger.live_side(exchange).unwrap(), LiveSide::New);
    assert_eq!(fs::read_to_string(&staged).unwrap(), OLD);
    exchanger.exchange(exchange, LiveSide::Old).unwrap();
    assert_eq!(exchanger.live_side(exchange).unwrap(), LiveSide::Old);
}

#[test]
fn the_releases_file_takes_pieces_of_the_sites() {
    let mut site = site();
    let release = "common.loader=new\nshared=\n";
    site.release_file("tomcat/conf/catalina.properties", release);
    site.decide(
        "osgi/x.properties",
        edit(
            Base::Release {
                from: RelativePath::new("tomcat/conf/catalina.properties"),
                digest: Digest::of(release.as_bytes()),
            },
            vec![splice(
                25,
                0,
                vec![Piece::Site {
                    path: RelativePath::new("portal-ext.properties"),
                    digest: Digest::of(OLD.as_bytes()),
                    start: 7,
                    length: 5,
                }],
            )],
            false,
        ),
    );
    run(&site).unwrap();
    let staged = site.staging().join("osgi/x.properties");
    assert_eq!(
        fs::read_to_string(staged).unwrap(),
        "common.loader=new\nshared=a.b=1\n"
    );
}

#[test]
fn a_secret_moves_without_standing_in_the_plan() {
    let mut site = site();
    site.decide(
        "osgi/configs/x.config",
        edit(
            Base::Nothing,
            vec![splice(
                0,
                0,
                vec![
                    text("secretKey=\""),
                    Piece::PropertyAsConfig {
                        path: RelativePath::new("portal-ext.properties"),
                        digest: Digest::of(OLD.as_bytes()),
                        key: "db.password".to_owned(),
                    },
                    text("\"\r\n"),
                ],
            )],
            false,
        ),
    );
    run(&site).unwrap();
    let staged = site.staging().join("osgi/configs/x.config");
    let written = fs::read(&staged).unwrap();
    for dialect in [Dialect::Felix, Dialect::Liferay] {
        let read = read_as(&written, dialect);
        assert_eq!(read.diagnostics, []);
        let value = read.value.get("secretKey").and_then(|entry| entry.text());
        assert_eq!(value, Some("ge héim"), "{dialect}");
    }
    let mode = fs::metadata(&staged).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[test]
fn a_file_that_changed_or_is_too_short_is_refused() {
    for (content, splices) in [
        (OLD, vec![splice(1000, 0, Vec::new())]),
        (OLD, vec![splice(0, 1000, Vec::new())]),
        (OLD, vec![splice(5, u64::MAX, Vec::new())]),
        (
            OLD,
            vec![splice(5, 2, Vec::new()), splice(6, 1, Vec::new())],
        ),
        ("another", Vec::new()),
    ] {
        let mut site = site_with_single_file();
        site.decide(
            "portal-ext.properties",
            edit(of_site("portal-ext.properties", content), splices, true),
        );
        let error = run(&site).unwrap_err();
        assert_eq!(error.code, codes::PLAN_STALE);
        let live = fs::read_to_string(site.home().join("portal-ext.properties")).unwrap();
        assert_eq!(live, OLD);
    }
}

#[test]
fn an_old_content_that_was_put_back_by_hand_does_not_stop_a_rollback() {
    let mut site = site_with_single_file();
    site.decide(
        "portal-ext.properties",
        edit(
            of_site("portal-ext.properties", OLD),
            vec![splice(7, 3, vec![text("c.d")])],
            true,
        ),
    );
    run(&site).unwrap();
    let exchange = &site.plan.exchanges[0];
    let exchanger = Exchanger::default();
    exchanger.exchange(exchange, LiveSide::New).unwrap();
    fs::write(&exchange.live, "a.b=3\n").unwrap();
    assert_eq!(exchanger.live_side(exchange).unwrap(), LiveSide::New);
    fs::write(&exchange.live, OLD).unwrap();
    assert_eq!(exchanger.live_side(exchange).unwrap(), LiveSide::Old);
    exchanger.exchange(exchange, LiveSide::Old).unwrap();
    assert_eq!(fs::read_to_string(&exchange.live).unwrap(), OLD);
}
