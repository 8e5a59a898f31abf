//! Where files come from and what they are known as.

use raylift_model::facts::{ArchiveFacts, SiteFacts};
use raylift_model::names::{BundleSymbolicName, RelativePath};
use raylift_model::origin::{FileUse, Origin};
use raylift_plan::{Origins, make};

use crate::facts::{bundle, file, release, site, wishes};
use crate::origins::{EXT, archive, driver, with};

#[test]
fn every_kind_of_file_is_told_by_its_place() {
    let tomcat = RelativePath::new("tomcat-9.0.19");
    let own = driver(
        &format!("{EXT}/ojdbc8.jar"),
        "oracle.jdbc.OracleDriver",
        "19",
    );
    let theme = ArchiveFacts {
        theme: true,
        ..archive("osgi/war/acme-theme.war")
    };
    let facts = with(Vec::new(), vec![own, theme]);
    let origins = Origins::new(&facts, &tomcat, None);
    let classes = "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes";
    for (path, origin, kind) in [
        (
            "osgi/war/acme-theme.war",
            Origin::Site,
            Some(FileUse::Theme),
        ),
        ("osgi/war/acme.war", Origin::Site, Some(FileUse::WebArchive)),
        ("osgi/modules/acme.jar", Origin::Site, Some(FileUse::Module)),
        (
            "osgi/static/acme.jar",
            Origin::Site,
            Some(FileUse::StaticBundle),
        ),
        (
            "osgi/marketplace/override/a.war",
            Origin::Site,
            Some(FileUse::LpkgOverride),
        ),
        (
            "osgi/marketplace/Acme.lpkg",
            Origin::Site,
            Some(FileUse::Package),
        ),
        (
            "osgi/configs/a.b.config",
            Origin::Site,
            Some(FileUse::Configuration),
        ),
        (
            "osgi/log4j/a-log4j-ext.xml",
            Origin::Site,
            Some(FileUse::Log4jExtension),
        ),
        ("osgi/state/1/x", Origin::Generated, None),
        (
            "osgi/portal-war/a.war",
            Origin::Release,
            Some(FileUse::WebArchive),
        ),
        ("data/license/a.li", Origin::Site, Some(FileUse::Licence)),
        ("data/elasticsearch7/nodes/0", Origin::Generated, None),
        ("data/document_library/1/2", Origin::Site, None),
        (
            "deploy/trial-dxp-license-1.xml",
            Origin::Site,
            Some(FileUse::Licence),
        ),
        ("license/copyright.txt", Origin::Release, None),
        (
            "license/activation-key.xml",
            Origin::Site,
            Some(FileUse::Licence),
        ),
        (
            "portal-setup-wizard.properties",
            Origin::Site,
            Some(FileUse::PortalProperties),
        ),
        (
            "patching-tool/patches/fix.zip",
            Origin::Site,
            Some(FileUse::HotFix),
        ),
        ("logs/liferay.log", Origin::Generated, None),
        ("tomcat-9.0.19/work/Catalina/x", Origin::Generated, None),
        (
            "tomcat-9.0.19/bin/setenv.sh",
            Origin::Site,
            Some(FileUse::Setenv),
        ),
        (
            "tomcat-9.0.19/conf/server.xml",
            Origin::Unknown,
            Some(FileUse::ServerXml),
        ),
        (
            "tomcat-9.0.19/conf/Catalina/localhost/ROOT.xml",
            Origin::Unknown,
            Some(FileUse::RootContext),
        ),
        (
            "tomcat-9.0.19/conf/context.xml",
            Origin::Unknown,
            Some(FileUse::Context),
        ),
        (
            "tomcat-9.0.19/conf/catalina.properties",
            Origin::Unknown,
            Some(FileUse::CatalinaProperties),
        ),
        (
            "tomcat-9.0.19/conf/logging.properties",
            Origin::Unknown,
            Some(FileUse::LoggingProperties),
        ),
        (
            "tomcat-9.0.19/webapps/ROOT/WEB-INF/web.xml",
            Origin::Release,
            Some(FileUse::WebXml),
        ),
        (
            "tomcat-9.0.19/lib/ext/ojdbc8.jar",
            Origin::Site,
            Some(FileUse::JdbcDriver),
        ),
        (
            "tomcat-9.0.19/lib/ext/ext-acme-service.jar",
            Origin::Site,
            Some(FileUse::ExtPlugin),
        ),
        (
            &format!("{classes}/portal-ext.properties"),
            Origin::Site,
            Some(FileUse::PortalProperties),
        ),
        (
            &format!("{classes}/META-INF/portal-log4j-ext.xml"),
            Origin::Site,
            Some(FileUse::Log4jExtension),
        ),
        (
            &format!("{classes}/ehcache-config/liferay-single-vm-ext.xml"),
            Origin::Site,
            Some(FileUse::EhcacheExtension),
        ),
        (
            &format!("{classes}/com/acme/A.class"),
            Origin::Unknown,
            None,
        ),
        ("notes.txt", Origin::Unknown, None),
    ] {
        let told = origins.of(&file(path, "x"));
        assert_eq!(
            (told.origin, told.kind),
            (origin, kind),
            "{path}: {}",
            told.reason
        );
    }
}

#[test]
fn with_the_installed_releases_archive_digests_decide() {
    let tomcat = RelativePath::new("tomcat-9.0.19");
    let package = "osgi/marketplace/Liferay CE Blogs - API.lpkg";
    let held = |version: &str| {
        let mut held = bundle("com.liferay.blogs.api", &[]);
        held.file = RelativePath::new(package);
        held.version = version.parse().unwrap();
        held
    };
    let mut old = release();
    old.files = vec![
        file("tomcat-9.0.33/conf/server.xml", "shipped"),
        file("tomcat-9.0.33/conf/web.xml", "shipped"),
        file(package, "shipped"),
    ];
    old.bundles = vec![held("1.0.0")];
    let mut facts = site();
    facts.bundles = vec![held("1.0.0")];
    let of = |facts: &SiteFacts, path: &str, content: &str| {
        Origins::new(facts, &tomcat, Some(&old))
            .of(&file(path, content))
            .origin
    };
    assert_eq!(
        of(&facts, "tomcat-9.0.19/conf/web.xml", "shipped"),
        Origin::Release
    );
    assert_eq!(
        of(&facts, "tomcat-9.0.19/conf/server.xml", "mine"),
        Origin::Changed
    );
    assert_eq!(
        of(&facts, "tomcat-9.0.19/conf/own.xml", "mine"),
        Origin::Site
    );
    assert_eq!(
        of(&facts, package, "with the server's mark"),
        Origin::Release,
        "it holds the same modules"
    );
    facts.bundles = vec![held("1.0.1")];
    assert_eq!(of(&facts, package, "another"), Origin::Changed);
    let exploded = "osgi/marketplace/com.liferay.blogs.api-1.0.0.jar";
    let mut own = held("1.0.0");
    own.file = RelativePath::new(exploded);
    own.entry = None;
    own.symbolic_name = BundleSymbolicName::new("com.liferay.blogs.api");
    facts.bundles = vec![own];
    assert_eq!(of(&facts, exploded, "unpacked"), Origin::Release);
}

/// Somebody put a newer driver over the bundle's; the bundle's comes back, and must hold the class.
#[test]
fn a_driver_under_the_name_of_a_file_of_the_releases_is_not_lost_silently() {
    const CLASS: &str = "com.mysql.cj.jdbc.Driver";
    let path = format!("{EXT}/mysql.jar");
    let mut site = with(
        vec![file(&path, "newer")],
        vec![driver(&path, CLASS, "9.1.0")],
    );
    site.database.settings.driver_class = Some(CLASS.to_owned());
    let blocked = |site: &SiteFacts, class: &str, place: &str| {
        let mut release = release();
        let place = release.layout.tomcat.join(&format!("lib/ext/{place}"));
        release.files.push(file(place.as_str(), "the release's"));
        release.archives = vec![driver(place.as_str(), class, "5.1.46")];
        let plan = make(site, &release, None, &wishes()).unwrap();
        let mut findings = plan.findings.iter();
        findings.any(|finding| finding.code.as_str() == "RL0278")
    };
    assert!(blocked(&site, "com.mysql.jdbc.Driver", "mysql.jar"));
    assert!(
        !blocked(&site, CLASS, "mysql.jar"),
        "the release has it, too"
    );
    assert!(
        !blocked(&site, "com.mysql.jdbc.Driver", "other.jar"),
        "the site's is carried"
    );
    site.archives
        .push(driver(&format!("{EXT}/own.jar"), CLASS, "9.1.0"));
    assert!(
        !blocked(&site, "com.mysql.jdbc.Driver", "mysql.jar"),
        "there is another"
    );
    site.archives.pop();
    site.database.settings.jndi_name = Some("jdbc/LiferayPool".to_owned());
    assert!(
        !blocked(&site, "com.mysql.jdbc.Driver", "mysql.jar"),
        "the pool's class is not known"
    );
}
