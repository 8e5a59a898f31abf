//! From one line to the next: kernel and drivers leave `lib/ext` for the shielded container, modules leave their LPKGs.

use raylift_lab::ReleaseVersion;

use crate::harness::{TestSite, release};

/// What the real cores write: schema version and build number of 7.3.6 and 7.4.3.41 on Maven Central (real core, 2).
const OLD: (&str, &str) = ("8.18.2", "7310");
const NEW: (&str, &str) = ("17.0.0", "7413");

fn assert_serves(site: &TestSite, core: (&str, &str), titles: &[String]) {
    assert!(site.site.is_up(), "{core:?} answers");
    let found = site.core();
    assert_eq!((found.0.as_str(), found.1.as_str()), core);
    assert_eq!(site.titles(), titles);
}

#[test]
fn from_7_3_to_7_4_and_back() {
    let site = TestSite::of("site-7.3", &[]);
    let titles = site.titles();
    assert_serves(&site, OLD, &titles);
    // 7.4 has the class that `ROOT.xml` names in the web application, not in `lib/ext`, and mounts no folder there.
    let conf = site.site.tomcat().unwrap().join("conf");
    let files = [
        conf.join("catalina.properties"),
        conf.join("Catalina/localhost/ROOT.xml"),
        site.home().join("portal-ext.properties"),
    ];
    let read = || files.each_ref().map(|file| std::fs::read(file).unwrap());
    let before = read();
    let old = release(ReleaseVersion::Ga7);
    let new = release(ReleaseVersion::Ga41);
    let [old, new] = [&old, &new].map(|path| path.to_str().expect("UTF-8"));

    let plan = site
        .raylift(&["plan", new, "--old-release", old, "--json"])
        .assert(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let steps = plan["core"]["steps"].as_array().unwrap();
    // As many as `tests/real_core` of raylift-plan sees the real core write.
    assert_eq!(steps.len(), 53);
    assert_eq!(plan["core"]["must_run"], true);

    site.raylift(&["update", new, "--old-release", old, "--yes"])
        .assert(0);
    assert_serves(&site, NEW, &titles);
    let tomcat = site.site.tomcat().unwrap();
    assert!(
        !tomcat.join("lib/ext/portal-kernel.jar").exists(),
        "the old kernel would shadow the new one"
    );
    let [loader, root, ext] = read().map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(loader.contains(
        "common.loader=\"${catalina.home}/webapps/ROOT/WEB-INF/lib/support-tomcat.jar\""
    ));
    assert!(!root.contains("<Resources>"));
    // `_RENAMED_PORTAL_KEYS` of 7.4.3.41; 7.3.6 still reads the old name.
    let old_ext = String::from_utf8(before[2].clone()).unwrap();
    let renamed = old_ext.replace(
        "com.liferay.portal.upload.LiferayFileItem.threshold.size",
        "com.liferay.portal.kernel.upload.FileItem.threshold.size",
    );
    assert_ne!(renamed, old_ext);
    assert_eq!(ext, renamed);
    // What 7.4 gives Java beside the options of 7.3; nothing of the site's own goes.
    let setenv = std::fs::read_to_string(tomcat.join("bin/setenv.sh")).unwrap();
    assert!(setenv.contains("--add-opens=java.base/java.lang=ALL-UNNAMED"));
    assert!(setenv.contains("-Dexample.site.region=north") && setenv.contains("-Xmx512m"));
    let shield = tomcat.join("webapps/ROOT/WEB-INF/shielded-container-lib");
    assert!(shield.join("portal-kernel.jar").is_file());
    assert!(!site.home().join("osgi/core").exists());
    assert!(
        site.home()
            .join("osgi/portal/com.liferay.portal.upgrade.impl.jar")
            .is_file()
    );

    site.raylift(&["rollback", "--discard-writes"]).assert(0);
    assert_serves(&site, OLD, &titles);
    assert!(tomcat.join("lib/ext/portal-kernel.jar").is_file());
    assert_eq!(read(), before, "what was merged is taken back to the byte");
}
