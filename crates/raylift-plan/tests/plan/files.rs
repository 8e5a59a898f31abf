//! What a plan decides about files.

use crate::facts::{file, release, site, wishes};
use raylift_model::codes;
use raylift_model::facts::{FileKind, PropertySource, ReleaseFacts, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::origin::Origin;
use raylift_model::plan::{Decision, Plan};
use raylift_plan::{AppServer, Origins, Side, make};

fn plan(site: &SiteFacts, old: Option<&ReleaseFacts>) -> Plan {
    let mut site = site.clone();
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    make(&site, &release(), old, &wishes()).unwrap()
}

pub(crate) fn decision(plan: &Plan, path: &str) -> &'static str {
    let found = plan
        .files
        .iter()
        .find(|decision| decision.path.as_str() == path);
    match found.map(|found| &found.decision) {
        Some(Decision::Release { replaces: true, .. }) => "replaced",
        Some(Decision::Release {
            replaces: false, ..
        }) => "new",
        Some(Decision::Carry { .. }) => "carried",
        Some(Decision::Move { .. }) => "moved",
        Some(Decision::Write { .. }) => "written",
        Some(Decision::Drop) => "dropped",
        Some(Decision::Keep) => "kept",
        Some(Decision::Edit(_)) => "edit",
        None => "nothing",
    }
}

/// The installed release, as its archive would say.
fn old() -> ReleaseFacts {
    let mut old = release();
    old.files = site().files;
    for file in &mut old.files {
        let path = file.path.as_str().replace("tomcat-9.0.19", "tomcat-9.0.33");
        file.path = raylift_model::names::RelativePath::new(path);
    }
    old
}

#[test]
fn only_the_products_part_is_exchanged() {
    let plan = plan(&site(), None);
    let roots: Vec<&str> = plan
        .exchanges
        .iter()
        .map(|exchange| exchange.root.as_str())
        .collect();
    assert_eq!(
        roots,
        [
            "osgi",
            "tomcat-9.0.19/webapps/ROOT",
            "tomcat-9.0.19/lib/ext",
            "tools",
            "license",
            "tomcat-9.0.19/.githash"
        ]
    );
    assert_eq!(
        decision(&plan, "tomcat-9.0.19/lib/ext/portal-kernel.jar"),
        "replaced"
    );
    assert_eq!(
        decision(&plan, "tomcat-9.0.19/conf/server.xml"),
        "nothing",
        "the site keeps its own Tomcat"
    );
    assert_eq!(decision(&plan, "license/copyright.txt"), "new");
    assert!(
        !plan.exchanges[3].live_exists,
        "the site has no tools folder"
    );
    assert!(plan.exchanges.iter().all(|exchange| {
        exchange
            .staged
            .starts_with("/srv/liferay/.raylift/staging/0001-7.2.1")
    }));
}

#[test]
fn the_sites_files_are_carried() {
    let mut site = site();
    for path in [
        "osgi/modules/com.acme.jar",
        "osgi/war/theme.war",
        "osgi/static/com.acme.static.jar",
        "osgi/configs/mine.config",
        "osgi/marketplace/override/com.liferay.blogs.web.jar",
        "osgi/marketplace/Acme Shop.lpkg",
        "tomcat-9.0.19/lib/ext/ojdbc8.jar",
        "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes/portal-ext.properties",
        "tools/portal-tools-db-upgrade-client/portal-upgrade-ext.properties",
    ] {
        site.files.push(file(path, path));
    }
    let plan = plan(&site, None);
    for added in &site.files[7..] {
        assert_eq!(
            decision(&plan, added.path.as_str()),
            "carried",
            "{}",
            added.path
        );
    }
    let overrides: Vec<&str> = plan
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() == codes::OVERRIDE_CARRIED)
        .map(|finding| finding.subject.as_str())
        .collect();
    assert_eq!(
        overrides,
        ["osgi/marketplace/override/com.liferay.blogs.web.jar"]
    );
}

#[test]
fn stale_product_files_go_but_are_named() {
    let mut site = site();
    let mut package = file(
        "osgi/marketplace/Liferay CE Foundation - Liferay CE Gone - Impl.lpkg",
        "gone",
    );
    package.by_liferay = true;
    let mut shop = file("osgi/marketplace/Liferay Shop - Impl.lpkg", "shop");
    shop.by_liferay = true;
    let mut connector = file(
        "osgi/marketplace/Liferay CE Connector to X.lpkg",
        "connector",
    );
    connector.by_liferay = true;
    let unknown = file("tomcat-9.0.19/lib/ext/stale.jar", "stale");
    site.files.extend([package, shop, connector, unknown]);
    let without = plan(&site, None);
    assert_eq!(
        decision(
            &without,
            "osgi/marketplace/Liferay CE Foundation - Liferay CE Gone - Impl.lpkg"
        ),
        "dropped"
    );
    assert_eq!(
        decision(&without, "osgi/marketplace/Liferay Shop - Impl.lpkg"),
        "carried",
        "from the Marketplace"
    );
    assert_eq!(
        decision(&without, "osgi/marketplace/Liferay CE Connector to X.lpkg"),
        "carried",
        "from the Marketplace, too"
    );
    assert_eq!(
        decision(&without, "tomcat-9.0.19/lib/ext/stale.jar"),
        "carried",
        "nobody knows whose it is"
    );

    let mut old = old();
    old.files
        .push(file("tomcat-9.0.33/lib/ext/stale.jar", "stale"));
    let with = plan(&site, Some(&old));
    assert_eq!(
        decision(&with, "tomcat-9.0.19/lib/ext/stale.jar"),
        "dropped",
        "the old release had it"
    );
    let dropped = with
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == codes::FILE_DROPPED)
        .unwrap();
    assert!(
        dropped
            .evidence
            .iter()
            .any(|path| path.ends_with("stale.jar"))
    );
}

#[test]
fn configuration_is_compared_three_ways() {
    let shipped = "osgi/configs/shipped.config";
    let with_site_file = |content: &str| {
        let mut site = site();
        site.files.retain(|file| file.path.as_str() != shipped);
        site.files.push(file(shipped, content));
        site
    };
    let with_old_file = |content: &str| {
        let mut old = old();
        old.files.retain(|file| file.path.as_str() != shipped);
        old.files.push(file(shipped, content));
        old
    };
    let both_changed = |plan: &Plan| {
        plan.findings.iter().any(|finding| {
            finding.code.as_str() == codes::CONFIGURATION_BOTH_CHANGED && finding.subject == shipped
        })
    };
    let same = plan(&with_site_file("shipped"), None);
    assert_eq!(decision(&same, shipped), "replaced");

    let release_changed = plan(&with_site_file("before"), Some(&with_old_file("before")));
    assert_eq!(decision(&release_changed, shipped), "replaced");
    assert!(!both_changed(&release_changed));

    let site_changed = plan(&with_site_file("mine"), Some(&with_old_file("shipped")));
    assert_eq!(decision(&site_changed, shipped), "carried");
    assert!(!both_changed(&site_changed));

    let both = plan(&with_site_file("mine"), Some(&with_old_file("before")));
    assert_eq!(decision(&both, shipped), "carried");
    assert!(both_changed(&both));

    let mut without = site();
    without.files.retain(|file| file.path.as_str() != shipped);
    assert_eq!(
        decision(&plan(&without, Some(&with_old_file("shipped"))), shipped),
        "nothing",
        "removed by the site"
    );
    assert_eq!(decision(&plan(&without, None), shipped), "new");
}

#[test]
fn automatic_upgrades_are_switched_off_in_the_new_tree() {
    let plan = plan(&site(), None);
    let written = plan
        .files
        .iter()
        .find_map(|decision| match &decision.decision {
            Decision::Write { content, .. } => Some((decision.path.as_str(), content.as_str())),
            _ => None,
        });
    assert_eq!(
        written,
        Some((
            "osgi/configs/com.liferay.portal.upgrade.internal.configuration.ReleaseManagerConfiguration.config",
            "autoUpgrade=B\"false\"\n"
        ))
    );
}

fn bundle_plan(
    site: &SiteFacts,
    release: &ReleaseFacts,
    old: Option<&ReleaseFacts>,
    resolve: &[(&str, Side)],
) -> Plan {
    let mut wishes = wishes();
    wishes.app_server = AppServer::Bundle;
    wishes.resolutions = resolve
        .iter()
        .map(|(path, side)| (RelativePath::new(*path), *side))
        .collect();
    let (mut site, mut release) = (site.clone(), release.clone());
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    release.files.sort_by(|one, two| one.path.cmp(&two.path));
    make(&site, &release, old, &wishes).unwrap()
}

#[test]
fn what_the_site_removed_and_the_bundles_tomcat_brings_again_is_said() {
    let removed = [
        "tomcat-9.0.19/conf/jaspic-providers.xml",
        "tomcat-9.0.19/lib/tomcat-i18n-fr.jar",
    ];
    let mut site = site();
    site.files
        .push(file("tomcat-9.0.19/lib/catalina.jar", "tomcat"));
    let (mut release, mut old) = (release(), old());
    let there = |path: &str, content: &str| file(&path.replace("9.0.19", "9.0.33"), content);
    for path in removed {
        release.files.push(there(path, "new"));
        old.files.push(there(path, "old"));
    }
    release
        .files
        .push(file("tomcat-9.0.33/lib/brought.jar", "new"));
    old.files.sort_by(|one, two| one.path.cmp(&two.path));
    let resolve = [("conf", Side::Release), ("lib", Side::Release)];
    let plan = bundle_plan(&site, &release, Some(&old), &resolve);
    let said: Vec<&str> = plan
        .findings
        .iter()
        .filter(|finding| finding.message.contains("brings it again"))
        .map(|finding| finding.subject.as_str())
        .filter(|path| path.contains("/conf/") || path.contains("/lib/"))
        .filter(|path| !path.contains("/lib/ext/"))
        .collect();
    assert_eq!(said, removed);
    for path in removed {
        assert_eq!(decision(&plan, path), "new");
    }
}

fn unresolved(plan: &Plan) -> Vec<&str> {
    plan.blockers()
        .filter(|finding| finding.code.as_str() == codes::APP_SERVER_BLOCKED)
        .map(|finding| finding.subject.as_str())
        .collect()
}

#[test]
fn the_bundles_tomcat_is_taken_when_every_difference_is_resolved_by_name() {
    let mut site = site();
    for (path, content) in [
        ("tomcat-9.0.19/conf/server.xml", "ports of the site"),
        ("tomcat-9.0.19/conf/own.xml", "own"),
        ("tomcat-9.0.19/bin/setenv.sh", "heap of the site"),
        ("tomcat-9.0.19/lib/catalina.jar", "tomcat 9.0.19"),
    ] {
        site.files.push(file(path, content));
    }
    let mut release = release();
    for (path, content) in [
        ("tomcat-9.0.33/bin/catalina.sh", "start 2"),
        ("tomcat-9.0.33/bin/setenv.sh", "heap of the bundle"),
        ("tomcat-9.0.33/bin/new.sh", "new"),
        ("tomcat-9.0.33/lib/catalina.jar", "tomcat 9.0.33"),
    ] {
        release.files.push(file(path, content));
    }
    let open = bundle_plan(&site, &release, None, &[]);
    assert_eq!(
        unresolved(&open),
        [
            "tomcat-9.0.19/bin/catalina.sh",
            "tomcat-9.0.19/bin/setenv.sh",
            "tomcat-9.0.19/conf/server.xml",
            "tomcat-9.0.19/lib/catalina.jar"
        ]
    );

    let resolve = [
        ("conf/server.xml", Side::Site),
        ("bin", Side::Release),
        ("bin/setenv.sh", Side::Site),
        ("lib", Side::Release),
    ];
    let plan = bundle_plan(&site, &release, None, &resolve);
    assert!(unresolved(&plan).is_empty());
    assert_eq!(decision(&plan, "tomcat-9.0.19/conf/server.xml"), "carried");
    assert_eq!(decision(&plan, "tomcat-9.0.19/conf/own.xml"), "carried");
    assert_eq!(
        decision(&plan, "tomcat-9.0.19/lib/catalina.jar"),
        "replaced"
    );
    assert_eq!(decision(&plan, "tomcat-9.0.19/bin/setenv.sh"), "kept");
    let exchange = |root: &str| {
        plan.exchanges
            .iter()
            .find(|exchange| exchange.root.as_str() == root)
    };
    assert!(exchange("tomcat-9.0.19/conf").is_some() && exchange("tomcat-9.0.19/lib").is_some());
    assert!(
        exchange("tomcat-9.0.19/lib/ext").is_none(),
        "it travels with lib"
    );
    assert!(
        exchange("tomcat-9.0.19/bin").is_none(),
        "the fence stands in it"
    );
    assert!(exchange("tomcat-9.0.19/bin/setenv.sh").is_none());
    assert!(!exchange("tomcat-9.0.19/bin/new.sh").unwrap().live_exists);
    let script = exchange("tomcat-9.0.19/bin/catalina.sh").unwrap();
    assert!(
        script.live.ends_with("runs/0001-7.2.1/fence/catalina.sh"),
        "while the fence is up the script lies there"
    );
}

#[test]
fn what_the_site_did_not_change_in_its_tomcat_needs_no_word() {
    let mut site = site();
    site.files
        .push(file("tomcat-9.0.19/lib/catalina.jar", "tomcat 9.0.19"));
    let mut release = release();
    release
        .files
        .push(file("tomcat-9.0.33/lib/catalina.jar", "tomcat 9.0.33"));
    let mut old = old();
    old.files
        .push(file("tomcat-9.0.33/lib/catalina.jar", "tomcat 9.0.19"));
    let plan = bundle_plan(&site, &release, Some(&old), &[]);
    assert!(unresolved(&plan).is_empty());
    assert_eq!(
        decision(&plan, "tomcat-9.0.19/lib/catalina.jar"),
        "replaced"
    );
}

fn carried_findings(plan: &Plan) -> Vec<(&str, &[String])> {
    plan.findings
        .iter()
        .filter(|finding| finding.code.as_str() == codes::FILE_CARRIED)
        .map(|finding| (finding.subject.as_str(), finding.evidence.as_slice()))
        .collect()
}

#[test]
fn an_edit_that_may_be_the_sites_is_named() {
    let page = "tomcat-9.0.19/webapps/ROOT/WEB-INF/web.xml";
    let mut site = site();
    site.files.push(file(page, "with the site's filter"));
    let with_page =
        |content: &str, tomcat: &str| file(&page.replace("tomcat-9.0.19", tomcat), content);
    let mut release = release();
    release.files.push(with_page("new", "tomcat-9.0.33"));
    release.files.sort_by(|one, two| one.path.cmp(&two.path));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));

    let unknown = make(&site, &release, None, &wishes()).unwrap();
    assert_eq!(decision(&unknown, page), "replaced");
    assert_eq!(
        carried_findings(&unknown),
        [("1 replaced files", [page.to_owned()].as_slice())],
        "JARs that differ are the release's"
    );

    let mut old = old();
    old.files.push(with_page("old", "tomcat-9.0.33"));
    let edited = make(&site, &release, Some(&old), &wishes()).unwrap();
    let subjects = |plan: &Plan| -> Vec<String> {
        let found = carried_findings(plan);
        found
            .iter()
            .map(|(subject, _)| (*subject).to_owned())
            .collect()
    };
    assert!(subjects(&edited).is_empty());
    let asked: Vec<&str> = edited
        .blockers()
        .filter(|finding| finding.code.as_str() == codes::DESCRIPTOR_EDITED)
        .map(|finding| finding.subject.as_str())
        .collect();
    assert_eq!(asked, [page], "a filter that is lost may open the site");

    old.files.pop();
    let own = make(&site, &release, Some(&old), &wishes()).unwrap();
    assert_eq!(subjects(&own), [page], "the site's own file is replaced");

    old.files
        .push(with_page("with the site's filter", "tomcat-9.0.33"));
    let untouched = make(&site, &release, Some(&old), &wishes()).unwrap();
    assert_eq!(decision(&untouched, page), "replaced");
    assert!(subjects(&untouched).is_empty());

    site.files.retain(|file| file.path.as_str() != page);
    let removed = make(&site, &release, Some(&old), &wishes()).unwrap();
    assert_eq!(decision(&removed, page), "new");
    assert_eq!(
        subjects(&removed),
        [page],
        "what the site removed comes back"
    );
}

#[test]
fn what_holds_no_content_is_named_and_never_carried() {
    let mut site = site();
    let cases = [
        ("osgi/configs/a.pipe", FileKind::Pipe, "a named pipe"),
        ("osgi/modules/x.sock", FileKind::Socket, "a socket"),
        ("tomcat-9.0.19/lib/ext/null", FileKind::Device, "a device"),
    ];
    for (path, kind, _) in &cases {
        let mut special = file(path, "");
        (special.kind, special.digest) = (kind.clone(), None);
        site.files.push(special);
    }
    // In the place of a file that both releases have, and beside every exchanged folder.
    for path in ["osgi/configs/shipped.config", "data/x.sock"] {
        site.files.retain(|file| file.path.as_str() != path);
        let mut special = file(path, "");
        (special.kind, special.digest) = (FileKind::Socket, None);
        site.files.push(special);
    }
    for old in [None, Some(&old())] {
        let plan = plan(&site, old);
        let said = |path: &str| {
            let mut found = plan.findings.iter();
            found.find(|finding| {
                finding.subject == path && finding.code.as_str() == codes::WITHOUT_CONTENT
            })
        };
        for (path, _, word) in &cases {
            assert_eq!(decision(&plan, path), "dropped", "{path}");
            assert!(said(path).unwrap().message.contains(word), "{path}");
        }
        assert_eq!(decision(&plan, "osgi/configs/shipped.config"), "new");
        assert!(said("osgi/configs/shipped.config").is_some());
        assert_eq!(said("data/x.sock"), None);
        let removed = plan
            .findings
            .iter()
            .find(|finding| finding.code.as_str() == codes::CONFIGURATION_BOTH_CHANGED);
        assert_eq!(removed, None);
    }
}

#[test]
fn a_file_of_properties_that_another_one_names_is_the_sites() {
    let mut site = site();
    let place = |name: &str| format!("{}/{name}", site.home);
    let source = PropertySource {
        place: place("portal-prod.properties"),
        keys: vec!["a".to_owned()],
        digest: None,
    };
    site.properties.push(source);
    let tomcat = RelativePath::new("tomcat-9.0.19");
    let origins = Origins::new(&site, &tomcat, None);
    let of = |path: &str| origins.of(&file(path, "a=b")).origin;
    assert_eq!(of("portal-prod.properties"), Origin::Site);
    assert_eq!(of("portal-old.properties"), Origin::Unknown);
}
