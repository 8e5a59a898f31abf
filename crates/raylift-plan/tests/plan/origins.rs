//! What an update across the change of layouts of 7.4 does with them.

use raylift_model::codes;
use raylift_model::facts::{ArchiveFacts, BundleFacts, FileFact, ReleaseFacts, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, ExchangeProbe, Plan};
use raylift_model::text::{ReleaseText, SiteText};
use raylift_model::version::OsgiVersion;
use raylift_plan::{AppServer, Side, make};

use crate::facts::{bundle, file, release, site, wishes};
use crate::files::decision;

pub(crate) const EXT: &str = "tomcat-9.0.19/lib/ext";
const LIB: &str = "tomcat-9.0.19/webapps/ROOT/WEB-INF/lib";
const SHIELD: &str = "tomcat-9.0.19/webapps/ROOT/WEB-INF/shielded-container-lib";

pub(crate) fn archive(path: &str) -> ArchiveFacts {
    ArchiveFacts {
        file: RelativePath::new(path),
        ..ArchiveFacts::default()
    }
}

pub(crate) fn driver(path: &str, class: &str, version: &str) -> ArchiveFacts {
    ArchiveFacts {
        drivers: vec![class.to_owned()],
        version: Some(version.to_owned()),
        ..archive(path)
    }
}

fn by_liferay(path: &str) -> FileFact {
    FileFact {
        by_liferay: true,
        ..file(path, path)
    }
}

/// A release in the layout of 7.4 (real-tree-7.4).
fn shielded() -> ReleaseFacts {
    let mut release = release();
    let shield = "tomcat-9.0.56/webapps/ROOT/WEB-INF/shielded-container-lib";
    release.identity.version = Some("7.4.3.10".parse().unwrap());
    release.layout.tomcat = RelativePath::new("tomcat-9.0.56");
    release.layout.portal_impl = RelativePath::new(format!("{shield}/portal-impl.jar"));
    release.layout.portal_kernel = RelativePath::new(format!("{shield}/portal-kernel.jar"));
    release.files = vec![
        file("osgi/portal/com.liferay.blogs.web.jar", "blogs 7.4"),
        file("tools/portal-tools-db-upgrade-client/client.jar", "client"),
        file(&format!("{shield}/portal-impl.jar"), "impl 7.4"),
        file(&format!("{shield}/portal-kernel.jar"), "kernel 7.4"),
        file(&format!("{shield}/postgresql.jar"), "postgresql 42.2"),
    ];
    release.archives = vec![driver(
        &format!("{shield}/postgresql.jar"),
        "org.postgresql.Driver",
        "42.2.25",
    )];
    release
}

fn sorted(mut site: SiteFacts) -> SiteFacts {
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    site
}

pub(crate) fn with(files: Vec<FileFact>, archives: Vec<ArchiveFacts>) -> SiteFacts {
    let mut site = site();
    site.files.extend(files);
    site.archives = archives;
    sorted(site)
}

fn plan(site: &SiteFacts, release: &ReleaseFacts) -> Plan {
    make(site, release, None, &wishes()).unwrap()
}

fn found<'a>(plan: &'a Plan, code: &str) -> Vec<&'a str> {
    plan.findings
        .iter()
        .filter(|finding| finding.code.as_str() == code)
        .map(|finding| finding.subject.as_str())
        .collect()
}

#[test]
fn the_old_releases_libraries_do_not_leak_into_the_layout_of_7_4() {
    // Names of the real 7.2.1; none of them is Liferay's own but the first.
    let site = with(
        vec![
            by_liferay(&format!("{EXT}/com.liferay.petra.io.jar")),
            file(&format!("{EXT}/jutf7.jar"), "jutf7"),
            file(&format!("{LIB}/antlr2.jar"), "antlr"),
            file(&format!("{LIB}/antlr3.jar"), "filter"),
            file("osgi/core/org.eclipse.osgi.jar", "equinox"),
            file("tomcat-9.0.19/webapps/ROOT/html/js/old.js", "gone with 7.4"),
            file(&format!("{EXT}/acme-tools-1.2.jar"), "own"),
            file(&format!("{LIB}/ext-acme-impl.jar"), "own"),
            file("osgi/.raylift-tree", "0000-7.2.0"),
            file("osgi/wabs/x.wab/index.jsp", "copy"),
        ],
        Vec::new(),
    );
    let plan = plan(&site, &shielded());
    for path in [
        format!("{EXT}/portal-kernel.jar"),
        format!("{EXT}/com.liferay.petra.io.jar"),
        format!("{EXT}/jutf7.jar"),
        format!("{LIB}/antlr2.jar"),
        format!("{LIB}/antlr3.jar"),
        "osgi/core/org.eclipse.osgi.jar".to_owned(),
        "tomcat-9.0.19/webapps/ROOT/html/js/old.js".to_owned(),
        "osgi/wabs/x.wab/index.jsp".to_owned(),
    ] {
        assert_eq!(decision(&plan, &path), "dropped", "{path}");
    }
    let own = [
        format!("{EXT}/acme-tools-1.2.jar"),
        format!("{LIB}/ext-acme-impl.jar"),
    ];
    for path in &own {
        assert_eq!(decision(&plan, path), "carried", "{path}");
    }
    assert_eq!(found(&plan, codes::NOT_READ_ANY_MORE), own);
    let by_rule = plan
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == codes::DROPPED_BY_RULE)
        .unwrap();
    assert!(by_rule.evidence.contains(&format!("{LIB}/antlr2.jar")));
    assert!(
        !by_rule
            .evidence
            .iter()
            .any(|path| path.contains(".raylift-tree") || path.contains("wabs")),
        "what the server or raylift makes is no news"
    );
    let exchange = plan
        .exchanges
        .iter()
        .find(|exchange| exchange.root.as_str() == EXT)
        .unwrap();
    assert!(
        exchange.live_exists,
        "the folder changes places with one that has only the site's"
    );
}

#[test]
fn a_driver_goes_to_where_the_new_layout_reads_it() {
    let own = format!("{EXT}/ojdbc8.jar");
    let mut site = with(
        vec![file(&own, "oracle")],
        vec![driver(&own, "oracle.jdbc.OracleDriver", "19.3")],
    );
    let moved = plan(&site, &shielded());
    let target = format!("{SHIELD}/ojdbc8.jar");
    assert_eq!(decision(&moved, &target), "moved");
    assert_eq!(decision(&moved, &own), "dropped");
    assert_eq!(found(&moved, codes::DRIVER_MOVES), [own.as_str()]);

    // Tomcat's pool sees no class behind the shield.
    site.database.settings.jndi_name = Some("jdbc/LiferayPool".to_owned());
    let pool = plan(&site, &shielded());
    let target = "tomcat-9.0.19/lib/ojdbc8.jar";
    assert_eq!(decision(&pool, target), "moved");
    let alone = pool
        .exchanges
        .iter()
        .find(|exchange| exchange.root.as_str() == target)
        .unwrap();
    assert!(!alone.live_exists && alone.probe == ExchangeProbe::Added);

    assert!(raylift_plan::lint(&moved).is_empty());
    let mut forged = moved;
    for file in &mut forged.files {
        if let Decision::Move { from, .. } = &mut file.decision {
            *from = RelativePath::new("../../etc/shadow");
        }
    }
    assert_eq!(
        raylift_plan::lint(&forged).len(),
        1,
        "raylift may run as root"
    );

    let stays = plan(&site, &release());
    assert_eq!(decision(&stays, &own), "carried", "7.2 reads lib/ext");
}

#[test]
fn the_releases_driver_wins_and_the_one_in_use_is_never_lost() {
    let own = format!("{EXT}/postgresql-42.7.1.jar");
    let mysql = format!("{EXT}/mysql.jar");
    let mut site = with(
        vec![file(&own, "postgresql 42.7"), file(&mysql, "mysql 8")],
        vec![
            driver(&mysql, "com.mysql.cj.jdbc.Driver", "8.0.16"),
            driver(&own, "org.postgresql.Driver", "42.7.1"),
        ],
    );
    let unused = plan(&site, &shielded());
    assert_eq!(decision(&unused, &own), "dropped");
    assert_eq!(found(&unused, codes::DRIVER_SUPERSEDED), [own.as_str()]);
    assert_eq!(
        decision(&unused, &mysql),
        "dropped",
        "the old release's, and not used"
    );

    // 7.4 bundles of the newer builder have no mysql.jar (layout-and-artifacts 1.3).
    site.database.settings.driver_class = Some("com.mysql.cj.jdbc.Driver".to_owned());
    let used = plan(&site, &shielded());
    assert_eq!(decision(&used, &format!("{SHIELD}/mysql.jar")), "moved");
}

#[test]
fn two_versions_of_one_library_and_of_one_module_are_named() {
    let own = format!("{EXT}/hsqldb-2.7.jar");
    let mut site = with(
        vec![
            file(&own, "hsqldb 2.7"),
            file("osgi/modules/com.liferay.blogs.web-3.0.0.jar", "patched"),
            by_liferay("osgi/modules/com.liferay.wiki.web-1.0.0.jar"),
        ],
        vec![driver(&own, "org.hsqldb.jdbc.JDBCDriver", "2.7.1")],
    );
    let mut release = release();
    release.archives = vec![driver(
        "tomcat-9.0.33/lib/ext/hsql.jar",
        "org.hsqldb.jdbc.JDBCDriver",
        "2.3.3",
    )];
    for (name, path) in [
        (
            "com.liferay.blogs.web",
            "osgi/modules/com.liferay.blogs.web-3.0.0.jar",
        ),
        (
            "com.liferay.wiki.web",
            "osgi/modules/com.liferay.wiki.web-1.0.0.jar",
        ),
    ] {
        let mut newer = bundle(name, &[]);
        newer.version = "4.0.2".parse().unwrap();
        release.bundles.push(newer);
        let mut own = bundle(name, &[]);
        own.file = RelativePath::new(path);
        own.entry = None;
        site.bundles.push(own);
    }
    let plan = plan(&site, &release);
    assert_eq!(found(&plan, codes::LIBRARY_TWICE), [own.as_str()]);
    assert_eq!(
        found(&plan, codes::MODULE_TWICE),
        ["osgi/modules/com.liferay.blogs.web-3.0.0.jar"]
    );
    assert_eq!(
        decision(&plan, "osgi/modules/com.liferay.wiki.web-1.0.0.jar"),
        "dropped",
        "Liferay's own module, older than the release's"
    );
}

#[test]
fn an_override_names_the_module_it_shadows() {
    let path = "osgi/marketplace/override/com.liferay.blogs.web.jar";
    let mut site = with(vec![file(path, "override")], Vec::new());
    let mut own = bundle("com.liferay.blogs.web", &[]);
    own.file = RelativePath::new(path);
    site.bundles.push(own);
    let mut release = release();
    let mut theirs = bundle("com.liferay.blogs.web", &[]);
    theirs.version = "4.0.2".parse().unwrap();
    release.bundles.push(theirs);
    let plan = plan(&site, &release);
    let finding = plan
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == codes::OVERRIDE_CARRIED)
        .unwrap();
    assert!(
        finding.message.contains("com.liferay.blogs.web 1.0.0"),
        "{}",
        finding.message
    );
    assert!(
        finding.message.contains("com.liferay.blogs.web 4.0.2"),
        "{}",
        finding.message
    );
    assert!(found(&plan, codes::MODULE_TWICE).is_empty(), "said once");
}

#[test]
fn hot_fixes_go_with_their_release() {
    let path = format!("{LIB}/portal-patcher-properties.jar");
    let own = [
        "patching-tool/default.properties",
        "patching-tool/patches/liferay-hotfix-1-7210.zip",
    ];
    let site = with(
        vec![
            file(&path, "patches"),
            file(own[0], "settings"),
            file(own[1], "patch"),
        ],
        vec![ArchiveFacts {
            patches: Some("de-90-7210".to_owned()),
            ..archive(&path)
        }],
    );
    // A hot fix is in no release; the folder of the patching tool is not exchanged.
    let mut old = release();
    old.identity = site.identity.clone();
    let mut release = release();
    release.files.push(file(own[0], "the release's"));
    for old in [None, Some(&old)] {
        let plan = make(&site, &release, old, &wishes()).unwrap();
        assert_eq!(decision(&plan, &path), "dropped");
        let finding = plan
            .findings
            .iter()
            .find(|finding| finding.code.as_str() == codes::HOT_FIX_GOES)
            .unwrap();
        assert_eq!(finding.evidence, ["installed: de-90-7210"]);
        for path in own {
            assert_eq!(decision(&plan, path), "nothing", "{path}");
        }
    }
}

#[test]
fn an_edited_descriptor_is_shown_and_resolved_by_name() {
    let page = "tomcat-9.0.19/webapps/ROOT/WEB-INF/web.xml";
    let there = |content: &str| file(&page.replace("9.0.19", "9.0.33"), content);
    let mut site = with(vec![file(page, "with a filter")], Vec::new());
    let path = RelativePath::new(page);
    site.texts.insert(
        path.clone(),
        SiteText::new(b"<a/>\n<filter/>\n<password>geheim</password>\n".to_vec()),
    );
    let (mut release, mut old) = (release(), release());
    release.files.push(there("new"));
    old.files.push(there("old"));
    old.identity = site.identity.clone();
    old.texts.insert(
        RelativePath::new(page.replace("9.0.19", "9.0.33")),
        ReleaseText("<a/>\n".to_owned()),
    );
    let open = make(&site, &release, Some(&old), &wishes()).unwrap();
    let blocker = open
        .blockers()
        .find(|finding| finding.code.as_str() == codes::DESCRIPTOR_EDITED)
        .unwrap();
    assert!(blocker.evidence.contains(&"+<filter/>".to_owned()));
    assert!(!blocker.evidence.iter().any(|line| line.contains("geheim")));
    for (name, side, expected) in [
        ("webapps/ROOT/WEB-INF/web.xml", Side::Site, "carried"),
        ("webapps/ROOT/WEB-INF/web.xml", Side::Release, "replaced"),
        ("webapps/ROOT/WEB-INF", Side::Site, "carried"),
        (page, Side::Site, "carried"),
        ("tomcat-9.0.19/webapps", Side::Site, "carried"),
    ] {
        let mut wishes = wishes();
        wishes.resolutions.insert(RelativePath::new(name), side);
        let said = make(&site, &release, Some(&old), &wishes).unwrap();
        assert_eq!(decision(&said, page), expected, "{name}");
        assert!(found(&said, codes::DESCRIPTOR_EDITED).is_empty());
    }
}

#[test]
fn folders_that_are_new_with_a_release_are_exchanged() {
    let mut release = shielded();
    release
        .files
        .push(file("elasticsearch-sidecar/7.17/bin/elasticsearch", "es"));
    release.files.push(file("glowroot/glowroot.jar", "agent"));
    let mut site = site();
    let folder = |path: &str| FileFact {
        kind: raylift_model::facts::FileKind::Directory,
        digest: None,
        ..file(path, "")
    };
    let fresh = plan(&site, &release);
    let root = |plan: &Plan, name: &str| {
        plan.exchanges
            .iter()
            .find(|exchange| exchange.root.as_str() == name)
            .map(|exchange| exchange.live_exists)
    };
    assert_eq!(root(&fresh, "elasticsearch-sidecar"), Some(false));
    assert_eq!(root(&fresh, "glowroot"), Some(false));

    site.files
        .extend(["elasticsearch-sidecar", "elasticsearch7", "glowroot"].map(folder));
    let again = plan(&sorted(site), &release);
    assert_eq!(root(&again, "elasticsearch-sidecar"), Some(true));
    assert_eq!(root(&again, "glowroot"), None, "holds settings of the site");
    assert_eq!(
        found(&again, codes::PRODUCT_FOLDER),
        ["elasticsearch-sidecar", "elasticsearch7", "glowroot"]
    );
}

#[test]
fn a_version_file_never_names_the_old_release() {
    let site = with(vec![file(".liferay-version", "7.2.0")], Vec::new());
    let plan = plan(&site, &release());
    let written = plan
        .files
        .iter()
        .find(|file| file.path.as_str() == ".liferay-version")
        .map(|file| &file.decision);
    assert!(
        matches!(written, Some(Decision::Write { content, .. }) if content == "7.2.1\n"),
        "{written:?}"
    );
    assert!(
        plan.exchanges
            .iter()
            .any(|exchange| exchange.root.as_str() == ".liferay-version")
    );
}

#[test]
fn the_bundles_tomcat_keeps_the_pools_driver() {
    let own = format!("{EXT}/ojdbc8.jar");
    let mut site = with(
        vec![file(&own, "oracle")],
        vec![driver(&own, "oracle.jdbc.OracleDriver", "19.3")],
    );
    site.database.settings.jndi_name = Some("jdbc/LiferayPool".to_owned());
    let mut wishes = wishes();
    wishes.app_server = AppServer::Bundle;
    let plan = make(&site, &shielded(), None, &wishes).unwrap();
    assert_eq!(decision(&plan, "tomcat-9.0.19/lib/ojdbc8.jar"), "moved");
    let alone = plan
        .exchanges
        .iter()
        .filter(|exchange| exchange.root.as_str().ends_with("ojdbc8.jar"));
    assert_eq!(alone.count(), 0, "it travels with lib");
}

#[test]
fn tomcats_pool_keeps_the_driver_that_the_release_hides_behind_its_shield() {
    let own = format!("{EXT}/postgresql.jar");
    let of_tomcat = "tomcat-9.0.19/lib/postgresql.jar";
    let mut site = with(
        vec![file(&own, "postgresql of 7.3")],
        vec![driver(&own, "org.postgresql.Driver", "42.2.5")],
    );
    let plain = plan(&site, &shielded());
    assert_eq!(decision(&plain, &own), "dropped", "the portal has its own");
    // The driver class in the portal's settings, hsqldb's, is not the pool's.
    site.database.settings.jndi_name = Some("jdbc/LiferayPool".to_owned());
    let pool = plan(&site, &shielded());
    assert_eq!(decision(&pool, of_tomcat), "moved");

    let another = "tomcat-9.0.19/lib/pgjdbc.jar";
    site.files.push(file(another, "postgresql of the site"));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    site.archives
        .push(driver(another, "org.postgresql.Driver", "42.7.1"));
    let has = plan(&site, &shielded());
    assert!(has.files.iter().all(|file| file.path.as_str() != of_tomcat));
    assert_eq!(decision(&has, &own), "dropped");
}

#[test]
fn a_package_with_one_older_module_does_not_go_along_to_7_4() {
    let name = "Liferay CE Commerce - Liferay CE Commerce - Impl";
    let path = format!("osgi/marketplace/{name}.lpkg");
    let modules = |version: u32| {
        ["com.liferay.commerce.web", "com.liferay.commerce.gone"].map(|module| BundleFacts {
            file: RelativePath::new(path.clone()),
            version: OsgiVersion::new(version, 0, 0),
            ..bundle(module, &[])
        })
    };
    let mut site = with(vec![by_liferay(&path)], Vec::new());
    site.bundles.extend(modules(2));
    let mut release = shielded();
    assert_eq!(decision(&plan(&site, &release), &path), "carried");
    release.bundles.extend(modules(3).into_iter().take(1));
    // The archive of the old release, which does not have the package, changes nothing of it.
    let old = crate::facts::release();
    for old in [None, Some(&old)] {
        let plan = make(&site, &release, old, &wishes()).unwrap();
        assert_eq!(decision(&plan, &path), "dropped");
        let told = plan
            .findings
            .iter()
            .find(|finding| finding.subject == path)
            .unwrap();
        assert_eq!(told.code.as_str(), codes::FILE_DROPPED);
        assert_eq!(told.evidence, ["com.liferay.commerce.gone"]);
    }
    let mut same_line = crate::facts::release();
    same_line.bundles.clone_from(&release.bundles);
    assert_eq!(decision(&plan(&site, &same_line), &path), "carried");
}
