//! What a plan does with the files of Tomcat that the site and the release both change.

use crate::edits::written;
use crate::facts::{file, release, site, wishes};
use raylift_formats::merge::{Dialect, script};
use raylift_model::codes;
use raylift_model::facts::{FileKind, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Edit, ExchangeProbe, Plan};
use raylift_model::text::{ReleaseText, SiteText};
use raylift_plan::{AppServer, Side, lint, make};

const LOADER_72: &str = "# c\ncommon.loader=\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\",\"${catalina.base}/lib\"\ntomcat.util.scan.StandardJarScanFilter.jarsToSkip=\\\na.jar\n";
const LOADER_74: &str = "# c\ncommon.loader=\"${catalina.home}/webapps/ROOT/WEB-INF/lib/support-tomcat.jar\",\"${catalina.base}/lib\"\ntomcat.util.scan.StandardJarScanFilter.jarsToSkip=\\\na.jar,\\\nnew-in-tomcat.jar\n";
const ROOT_72: &str = "<Context crossContext=\"true\">\n\t<JarScanner className=\"com.liferay.support.tomcat.util.scan.NOPJarScanner\" />\n\t<Resources>\n\t\t<PreResources base=\"${catalina.base}/lib/ext/portal\" className=\"com.liferay.support.tomcat.webresources.ExtResourceSet\" webAppMount=\"/WEB-INF/lib\" />\n\t</Resources>\n</Context>\n";
const ROOT_74: &str = "<Context crossContext=\"true\">\n\t<JarScanner className=\"com.liferay.support.tomcat.util.scan.NOPJarScanner\" />\n</Context>\n";
pub(crate) const SETENV_72: &str =
    "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xmx2560m\"";
pub(crate) const SETENV_74: &str = "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xmx2560m\"\n\nJDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=java.base/java.net=ALL-UNNAMED\"";
const SERVER: &str = "<Server port=\"8005\">\n  <Service name=\"Catalina\">\n    <Connector port=\"8080\" URIEncoding=\"UTF-8\" />\n  </Service>\n</Server>\n";

pub(crate) fn text(site: &mut SiteFacts, name: &str, content: &str) {
    let path = format!("tomcat-9.0.19/{name}");
    site.files.retain(|file| file.path.as_str() != path);
    site.files.push(file(&path, content));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    let text = SiteText::new(content.as_bytes().to_vec());
    site.texts.insert(RelativePath::new(path), text);
}

pub(crate) fn shipped(release: &mut ReleaseFacts, name: &str, content: &str) {
    let path = RelativePath::new(format!("tomcat-9.0.33/{name}"));
    release.files.retain(|file| file.path != path);
    release.files.push(file(path.as_str(), content));
    release.files.sort_by(|one, two| one.path.cmp(&two.path));
    release.texts.insert(path, ReleaseText(content.to_owned()));
}

pub(crate) fn release_of(version: &str, texts: &[(&str, &str)]) -> ReleaseFacts {
    let mut release = release();
    release.identity.version = Some(version.parse().unwrap());
    for (name, content) in texts {
        shipped(&mut release, name, content);
    }
    release
}

pub(crate) fn old() -> ReleaseFacts {
    release_of(
        "7.2.0",
        &[
            ("conf/catalina.properties", LOADER_72),
            ("conf/Catalina/localhost/ROOT.xml", ROOT_72),
            ("conf/server.xml", SERVER),
            ("bin/setenv.sh", SETENV_72),
        ],
    )
}

pub(crate) fn new() -> ReleaseFacts {
    let server = SERVER.replace(
        "  <Service name",
        "  <Listener className=\"new.in.Tomcat\" />\n  <Service name",
    );
    let mut release = release_of(
        "7.4.3.41",
        &[
            ("conf/catalina.properties", LOADER_74),
            ("conf/Catalina/localhost/ROOT.xml", ROOT_74),
            ("conf/server.xml", &server),
            ("bin/setenv.sh", SETENV_74),
        ],
    );
    let shield = "tomcat-9.0.33/webapps/ROOT/WEB-INF/shielded-container-lib";
    release.layout.portal_impl = RelativePath::new(format!("{shield}/portal-impl.jar"));
    release.layout.portal_kernel = RelativePath::new(format!("{shield}/portal-kernel.jar"));
    for file in &mut release.files {
        let path = file.path.as_str();
        let name = path.strip_prefix("tomcat-9.0.33/lib/ext");
        if let Some(name) = name {
            file.path = RelativePath::new(format!("{shield}{name}"));
        }
    }
    release.files.sort_by(|one, two| one.path.cmp(&two.path));
    release
}

pub(crate) fn edit<'a>(plan: &'a Plan, name: &str) -> Option<&'a Edit> {
    let path = format!("tomcat-9.0.19/{name}");
    plan.files.iter().find_map(|file| match &file.decision {
        Decision::Edit(edit) if file.path.as_str() == path => Some(edit),
        _ => None,
    })
}

pub(crate) fn found<'a>(plan: &'a Plan, code: &str) -> Vec<&'a Finding> {
    plan.findings
        .iter()
        .filter(|finding| finding.code.as_str() == code)
        .collect()
}

#[test]
fn what_74_needs_goes_into_the_sites_files_and_nothing_else() {
    let mut site = site();
    let mine = LOADER_72.replace(
        ",\"${catalina.base}/lib\"",
        ",\"/opt/mine/*.jar\",\"${catalina.base}/lib\"",
    );
    text(&mut site, "conf/catalina.properties", &mine);
    let pool = "\t<Resource name=\"jdbc/LiferayPool\" password=\"geheim\" />\n";
    let context = ROOT_72.replace("\t<Resources>", &format!("{pool}\t<Resources>"));
    text(&mut site, "conf/Catalina/localhost/ROOT.xml", &context);
    text(&mut site, "conf/server.xml", SERVER);
    text(
        &mut site,
        "bin/setenv.sh",
        "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xmx8g -Dmine=1\"\n",
    );
    for old in [Some(old()), None] {
        let plan = make(&site, &new(), old.as_ref(), &wishes()).unwrap();
        let release = new();
        let loader = edit(&plan, "conf/catalina.properties").unwrap();
        assert_eq!(
            written(loader, &site, &release),
            "# c\ncommon.loader=\"${catalina.home}/webapps/ROOT/WEB-INF/lib/support-tomcat.jar\",\"/opt/mine/*.jar\",\"${catalina.base}/lib\"\ntomcat.util.scan.StandardJarScanFilter.jarsToSkip=\\\na.jar\n",
            "the list of JARs is Tomcat's own"
        );
        let root = edit(&plan, "conf/Catalina/localhost/ROOT.xml").unwrap();
        assert_eq!(
            written(root, &site, &release),
            ROOT_74.replace("</Context>", &format!("{pool}</Context>"))
        );
        let script = edit(&plan, "bin/setenv.sh").unwrap();
        assert_eq!(
            written(script, &site, &release),
            "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xmx8g -Dmine=1\"\nJDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=java.base/java.net=ALL-UNNAMED\"\n"
        );
        assert!(
            edit(&plan, "conf/server.xml").is_none(),
            "a newer Tomcat's listener stays out"
        );
        assert!(found(&plan, codes::APP_SERVER_CONFLICT).is_empty());
        assert_eq!(found(&plan, codes::APP_SERVER_MERGED).len(), 3);
        let exchange = plan
            .exchanges
            .iter()
            .find(|exchange| exchange.root.as_str().ends_with("conf/catalina.properties"))
            .unwrap();
        assert!(matches!(exchange.probe, ExchangeProbe::Replaced(_)));
        assert!(lint(&plan).is_empty());
        assert!(!serde_json::to_string(&plan).unwrap().contains("geheim"));
    }
}

#[test]
fn a_folder_that_still_holds_libraries_stays_in_the_loader() {
    let mut site = site();
    text(&mut site, "conf/catalina.properties", LOADER_72);
    let mut release = new();
    release
        .files
        .push(file("tomcat-9.0.33/lib/ext/kept.jar", "kept"));
    let plan = make(&site, &release, Some(&old()), &wishes()).unwrap();
    let loader = edit(&plan, "conf/catalina.properties").unwrap();
    assert!(
        written(loader, &site, &release).contains(
            "common.loader=\"${catalina.home}/webapps/ROOT/WEB-INF/lib/support-tomcat.jar\",\"${catalina.home}/lib/ext\""
        )
    );
}

#[test]
fn files_that_cannot_be_merged_are_left_alone_and_named() {
    let mut site = site();
    let entities = "<!DOCTYPE Context [<!ENTITY x 'y'>]>\n<Context crossContext=\"&x;\"/>";
    text(&mut site, "conf/Catalina/localhost/ROOT.xml", entities);
    let plan = make(&site, &new(), Some(&old()), &wishes()).unwrap();
    let left = found(&plan, codes::APP_SERVER_NOT_MERGED);
    let told: Vec<(&str, Severity)> = left
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.severity))
        .collect();
    assert_eq!(
        told,
        [
            (
                "tomcat-9.0.19/conf/Catalina/localhost/ROOT.xml",
                Severity::Blocker
            ),
            ("tomcat-9.0.19/conf/catalina.properties", Severity::Blocker),
        ]
    );
    assert!(edit(&plan, "conf/Catalina/localhost/ROOT.xml").is_none());
}

#[test]
fn an_update_in_the_line_changes_nothing() {
    let mut site = site();
    text(
        &mut site,
        "conf/catalina.properties",
        &LOADER_72.replace("a.jar", "mine.jar"),
    );
    text(
        &mut site,
        "conf/Catalina/localhost/ROOT.xml",
        &ROOT_72.replace("true", "false"),
    );
    text(&mut site, "bin/setenv.sh", "ulimit -n 9999\n");
    let mut release = old();
    release.identity.version = Some("7.2.1".parse().unwrap());
    let plan = make(&site, &release, Some(&old()), &wishes()).unwrap();
    assert!(
        !plan
            .files
            .iter()
            .any(|file| matches!(file.decision, Decision::Edit(_)))
    );
    assert!(found(&plan, codes::APP_SERVER_CONFLICT).is_empty());
    assert!(found(&plan, codes::APP_SERVER_NOT_MERGED).is_empty());
}

#[test]
fn what_a_linked_conf_does_not_get_blocks_where_the_release_would_not_start() {
    let mut site = site();
    let mut conf = file("tomcat-9.0.19/conf", "");
    conf.digest = None;
    conf.kind = FileKind::Link {
        target: "/etc/liferay/tomcat".to_owned(),
    };
    site.files.push(conf);
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    let plan = make(&site, &new(), Some(&old()), &wishes()).unwrap();
    let told: Vec<(&str, Severity)> = found(&plan, codes::APP_SERVER_NOT_MERGED)
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.severity))
        .collect();
    let path = |name| format!("tomcat-9.0.19/conf/{name}");
    let [context, loader, server] = [
        "Catalina/localhost/ROOT.xml",
        "catalina.properties",
        "server.xml",
    ]
    .map(path);
    assert_eq!(
        told,
        [
            (context.as_str(), Severity::Blocker),
            (loader.as_str(), Severity::Blocker),
            (server.as_str(), Severity::Note),
        ]
    );
}

#[test]
fn a_class_that_is_gone_is_named_where_the_context_keeps_it() {
    let mut site = site();
    let set =
        |kind: &str, class: &str| format!("\t\t<{kind} className=\"{class}\" base=\"/x\" />\n");
    let ext = "com.liferay.support.tomcat.webresources.ExtResourceSet";
    let context = ROOT_74.replace(
        "</Context>",
        &format!(
            "\t<Resources>\n{}{}\t</Resources>\n<!-- com.liferay.support.tomcat.Told -->\n</Context>",
            set("PreResources", ext),
            set("PostResources", "org.apache.catalina.webresources.DirResourceSet"),
        ),
    );
    text(&mut site, "conf/catalina.properties", LOADER_72);
    text(&mut site, "conf/Catalina/localhost/ROOT.xml", &context);
    let plan = make(&site, &new(), None, &wishes()).unwrap();
    let [finding] = found(&plan, codes::APP_SERVER_NOT_MERGED)[..] else {
        panic!("{:?}", plan.findings);
    };
    assert!(finding.subject.ends_with("ROOT.xml"));
    assert_eq!(finding.severity, Severity::Blocker);
    assert_eq!(finding.evidence, [ext]);

    text(&mut site, "conf/Catalina/localhost/ROOT.xml", ROOT_72);
    let plan = make(&site, &new(), None, &wishes()).unwrap();
    assert!(found(&plan, codes::APP_SERVER_NOT_MERGED).is_empty());
}

#[test]
fn a_conflict_shows_both_versions_and_blocks_where_the_release_would_not_start() {
    let mut site = site();
    let context = ROOT_72.replace("webAppMount", "secretKey=\"geheim\" webAppMount");
    text(&mut site, "conf/Catalina/localhost/ROOT.xml", &context);
    text(&mut site, "conf/catalina.properties", LOADER_72);
    text(&mut site, "bin/setenv.sh", ". /etc/default/liferay\n");
    let plan = make(&site, &new(), Some(&old()), &wishes()).unwrap();
    let conflicts = found(&plan, codes::APP_SERVER_CONFLICT);
    let severities: Vec<(&str, Severity)> = conflicts
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.severity))
        .collect();
    assert_eq!(
        severities,
        [
            (
                "tomcat-9.0.19/conf/Catalina/localhost/ROOT.xml",
                Severity::Blocker
            ),
            ("tomcat-9.0.19/bin/setenv.sh", Severity::Warning),
        ]
    );
    let evidence = conflicts[0].evidence.join("\n");
    assert!(evidence.contains("Context/Resources: "), "{evidence}");
    assert!(evidence.contains("site, line 4: "), "{evidence}");
    assert!(evidence.contains("release: nothing"), "{evidence}");
    assert!(!evidence.contains("geheim"), "{evidence}");
    let evidence = conflicts[1].evidence.join("\n");
    assert!(
        evidence.contains("site, line 1: . /etc/default/liferay"),
        "{evidence}"
    );
    assert!(
        evidence.contains("release, line 3: JDK_JAVA_OPTIONS"),
        "{evidence}"
    );

    let mut wishes = wishes();
    for (name, side) in [
        ("conf/Catalina/localhost/ROOT.xml", Side::Release),
        ("bin/setenv.sh", Side::Site),
    ] {
        wishes.resolutions.insert(RelativePath::new(name), side);
    }
    let plan = make(&site, &new(), Some(&old()), &wishes).unwrap();
    assert!(found(&plan, codes::APP_SERVER_CONFLICT).is_empty());
    let root = edit(&plan, "conf/Catalina/localhost/ROOT.xml").unwrap();
    assert_eq!(written(root, &site, &new()), ROOT_74);
    assert!(edit(&plan, "bin/setenv.sh").is_none());
}

#[test]
fn what_the_site_changed_goes_into_the_bundles_files_without_a_secret_in_the_plan() {
    let mut site = site();
    let server = SERVER.replace("port=\"8080\"", "port=\"80\"").replace(
        "  </Service>",
        "    <Connector port=\"8443\" SSLEnabled=\"true\" keystorePass=\"geheim\" />\n  </Service>",
    );
    text(&mut site, "conf/server.xml", &server);
    text(
        &mut site,
        "bin/setenv.sh",
        &SETENV_72.replace("2560m", "8g"),
    );
    let mut wishes = wishes();
    wishes.app_server = AppServer::Bundle;
    let release = new();
    let plan = make(&site, &release, Some(&old()), &wishes).unwrap();
    let merged = edit(&plan, "conf/server.xml").unwrap();
    assert_eq!(
        written(merged, &site, &release),
        "<Server port=\"8005\">\n  <Listener className=\"new.in.Tomcat\" />\n  <Service name=\"Catalina\">\n    <Connector port=\"80\" URIEncoding=\"UTF-8\" />\n    <Connector port=\"8443\" SSLEnabled=\"true\" keystorePass=\"geheim\" />\n  </Service>\n</Server>\n"
    );
    assert!(!serde_json::to_string(&plan).unwrap().contains("geheim"));
    let script = edit(&plan, "bin/setenv.sh").unwrap();
    assert_eq!(
        written(script, &site, &release),
        SETENV_74.replace("2560m", "8g")
    );
    let exchange = plan
        .exchanges
        .iter()
        .find(|exchange| exchange.root.as_str().ends_with("bin/setenv.sh"))
        .unwrap();
    assert!(matches!(exchange.probe, ExchangeProbe::Replaced(_)));
    assert!(lint(&plan).is_empty());
    assert!(found(&plan, codes::APP_SERVER_BLOCKED).is_empty());
    assert_eq!(found(&plan, codes::TOMCAT_FOLDER_KEPT).len(), 1);

    let plan = make(&site, &release, None, &wishes).unwrap();
    assert!(
        edit(&plan, "conf/server.xml").is_none(),
        "it is not known who changed what"
    );
    assert_eq!(found(&plan, codes::APP_SERVER_BLOCKED).len(), 2);
}

#[test]
fn a_file_that_the_bundle_changes_nothing_in_is_not_exchanged() {
    let mut site = site();
    let own = SETENV_72.replace("2560m", "8g");
    text(&mut site, "bin/setenv.sh", &own);
    let mut wishes = wishes();
    wishes.app_server = AppServer::Bundle;
    let mut release = new();
    shipped(&mut release, "bin/setenv.sh", SETENV_72);
    let plan = make(&site, &release, Some(&old()), &wishes).unwrap();
    assert!(edit(&plan, "bin/setenv.sh").is_none());
    let exchanged = plan
        .exchanges
        .iter()
        .any(|exchange| exchange.root.as_str().ends_with("bin/setenv.sh"));
    assert!(!exchanged);
    assert!(found(&plan, codes::APP_SERVER_BLOCKED).is_empty());
}

#[test]
fn both_changing_one_place_blocks_the_bundles_tomcat() {
    let mut site = site();
    text(
        &mut site,
        "conf/server.xml",
        &SERVER.replace("8005", "9005"),
    );
    let mut release = new();
    shipped(
        &mut release,
        "conf/server.xml",
        &SERVER.replace("8005", "-1"),
    );
    let mut wishes = wishes();
    wishes.app_server = AppServer::Bundle;
    let plan = make(&site, &release, Some(&old()), &wishes).unwrap();
    let blockers = found(&plan, codes::APP_SERVER_BLOCKED);
    assert_eq!(blockers.len(), 1);
    assert_eq!(
        blockers[0].evidence,
        [
            "Server@port: both changed it",
            "site, line 1: <Server port=\"9005\">",
            "release, line 1: <Server port=\"-1\">",
        ]
    );
}

fn with_options(options: &[&str]) -> SiteFacts {
    let mut site = site();
    let process = site.app_server.process.as_mut().unwrap();
    process.jvm_options = options.iter().map(|option| (*option).to_owned()).collect();
    site
}

#[test]
fn options_that_do_not_come_from_the_script_are_named() {
    let mut site = with_options(&["-Xmx1g", "-XX:MaxPermSize=1g"]);
    site.java.as_mut().unwrap().major = Some(17);
    text(&mut site, "bin/setenv.sh", SETENV_72);
    let plan = make(&site, &new(), Some(&old()), &wishes()).unwrap();
    assert_eq!(
        found(&plan, codes::OPTIONS_ELSEWHERE)[0].evidence,
        [
            "-Dfile.encoding=UTF-8",
            "--add-opens=java.base/java.net=ALL-UNNAMED"
        ]
    );
    assert_eq!(
        found(&plan, codes::JAVA_OPTION_REFUSED)[0].subject,
        "-XX:MaxPermSize"
    );
    let heap = found(&plan, codes::HEAP_SMALLER);
    assert_eq!(
        heap[0].message,
        "the server gets -Xmx1g, the release gives itself -Xmx2560m"
    );

    let mut site = with_options(&["-Dfile.encoding=UTF-8", "-Xmx2560m"]);
    text(&mut site, "bin/setenv.sh", SETENV_72);
    let plan = make(&site, &new(), Some(&old()), &wishes()).unwrap();
    for code in [
        codes::OPTIONS_ELSEWHERE,
        codes::JAVA_OPTION_REFUSED,
        codes::HEAP_SMALLER,
    ] {
        assert!(found(&plan, code).is_empty(), "{code}");
    }
}

#[test]
fn options_that_the_sites_java_refuses_are_taken_out() {
    let mut site = site();
    site.java.as_mut().unwrap().major = Some(17);
    let own = SETENV_72.replace(" -Xmx", " -XX:+UseConcMarkSweepGC -Xmx");
    text(&mut site, "bin/setenv.sh", &own);
    let plan = make(&site, &new(), Some(&old()), &wishes()).unwrap();
    let result = written(edit(&plan, "bin/setenv.sh").unwrap(), &site, &new());
    let result = script(result.as_bytes(), Dialect::Sh);
    let options: Vec<(&str, &str)> = result.java_options().collect();
    assert_eq!(
        options,
        [
            ("CATALINA_OPTS", "-Dfile.encoding=UTF-8"),
            ("CATALINA_OPTS", "-Xmx2560m"),
            (
                "JDK_JAVA_OPTIONS",
                "--add-opens=java.base/java.net=ALL-UNNAMED"
            ),
        ]
    );
}

#[test]
fn a_release_that_does_not_run_on_the_sites_java_is_named() {
    for (version, major, told) in [
        ("7.2.1", 11, None),
        ("7.2.1", 12, Some(Severity::Blocker)),
        ("7.3.6", 17, Some(Severity::Blocker)),
        ("7.4.3.41", 11, None),
        ("7.4.3.132", 11, Some(Severity::Warning)),
        ("7.4.3.132", 21, None),
    ] {
        let mut site = site();
        site.java.as_mut().unwrap().major = Some(major);
        let plan = make(&site, &release_of(version, &[]), None, &wishes()).unwrap();
        let severity = found(&plan, codes::JAVA_LEVEL)
            .first()
            .map(|finding| finding.severity);
        assert_eq!(severity, told, "{version} on {major}");
        site.app_server.process = None;
        let plan = make(&site, &release_of(version, &[]), None, &wishes()).unwrap();
        assert!(
            found(&plan, codes::JAVA_LEVEL)
                .iter()
                .all(|finding| finding.severity == Severity::Warning),
            "a guess blocks nothing"
        );
    }
}

/// ADR 12: a heap that the site made smaller gets no more of its parts than it can hold.
#[test]
fn memory_is_not_raised_against_the_site() {
    let with = |options: &str| SETENV_72.replace("-Xmx2560m", options);
    let plan = |site_options: &str, old_options: &str, new_options: &str| {
        let mut site = site();
        text(&mut site, "bin/setenv.sh", &with(site_options));
        let (mut before, mut release) = (old(), new());
        shipped(&mut before, "bin/setenv.sh", &with(old_options));
        shipped(&mut release, "bin/setenv.sh", &with(new_options));
        let plan = make(&site, &release, Some(&before), &wishes()).unwrap();
        let result = edit(&plan, "bin/setenv.sh").map(|edit| written(edit, &site, &release));
        (result, found(&plan, codes::HEAP_SMALLER).len())
    };
    let sizes = "-Xms2560m -Xmx2560m -XX:NewSize=1536m";
    assert_eq!(plan("-Xmx2g", "-Xmx2560m", sizes), (None, 1));
    assert_eq!(plan("-Dmine=1", "-Dmine=1", "-Dmine=1 -Xmx3g"), (None, 1));
    assert_eq!(
        plan("-Xms1g -Xmx2g", "-Xms1g -Xmx4g", "-Xms4g -Xmx4g"),
        (None, 1)
    );
    assert_eq!(
        plan("-Xms1g -Xmx2g", "-Xms1g -Xmx2g", "-Xms4g -Xmx4g").0,
        Some(with("-Xms4g -Xmx4g"))
    );
}

#[test]
fn the_bundles_heap_does_not_start_larger_than_the_sites_may_become() {
    let mut site = site();
    let own = SETENV_72.replace("2560m", "2g");
    text(&mut site, "bin/setenv.sh", &own);
    let mut release = new();
    let shipped_one = SETENV_72.replace("-Xmx2560m", "-Xms2560m -Xmx2560m");
    shipped(&mut release, "bin/setenv.sh", &shipped_one);
    let mut wishes = wishes();
    wishes.app_server = AppServer::Bundle;
    let plan = make(&site, &release, Some(&old()), &wishes).unwrap();
    assert!(edit(&plan, "bin/setenv.sh").is_none());
    assert_eq!(found(&plan, codes::APP_SERVER_BLOCKED).len(), 1);
}

/// What counts for Java is the last `-Xmx` of its command line: that of `CATALINA_OPTS`, wherever it stands in the script.
#[test]
fn the_heap_that_counts_decides_whether_its_parts_follow() {
    let script = |options: &str| format!("CATALINA_OPTS=\"$CATALINA_OPTS {options}\"\n");
    let (before, after) = (script("-Xms1g -Xmx2560m"), script("-Xms3g -Xmx3g"));
    let old = release_of("7.3.6", &[("bin/setenv.sh", &before)]);
    let new = release_of("7.4.3.41", &[("bin/setenv.sh", &after)]);
    let mut site = site();
    let own = format!(
        "{}JAVA_OPTS=\"$JAVA_OPTS -Xmx2560m\"\n",
        script("-Xms1g -Xmx1g")
    );
    text(&mut site, "bin/setenv.sh", &own);
    let plan = make(&site, &new, Some(&old), &wishes()).unwrap();
    assert!(edit(&plan, "bin/setenv.sh").is_none(), "the site's stays");
}
