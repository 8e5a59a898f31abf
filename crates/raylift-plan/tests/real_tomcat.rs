//! Merged files in a real Tomcat: it starts with them, and does what both sides want.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../raylift-formats/tests/common/mod.rs"]
mod common;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "plan/edits.rs"]
mod edits;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "plan/facts.rs"]
mod facts;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::Parts;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Plan};
use raylift_model::text::{ReleaseText, SiteText};
use raylift_plan::{AppServer, make};

const SITE: &str = "tomcat-9.0.19";
const RELEASE: &str = "tomcat-9.0.33";
const SETENV: &str = "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 -Xmx256m\"";
const OPENS: &str = "\n\nJDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens=java.base/sun.util.calendar=ALL-UNNAMED\"";
/// What a release of 7.4 needs in the loader; a class of it is looked for by the page.
const SUPPORT: &str = "\"${catalina.home}/webapps/ROOT/WEB-INF/lib/support-tomcat.jar\",";
const LIB_EXT: &str = "\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\",";
/// Says what the running server has.
const PAGE: &str = "<%= System.getProperty(\"mine.option\") %> <%= System.getProperty(\"mine.key\") %> \
<%= System.getProperty(\"common.loader\").contains(\"support-tomcat.jar\") %> \
<%= System.getProperty(\"common.loader\").contains(\"lib/ext\") %> \
<%= Object.class.getModule().isOpen(\"sun.util.calendar\", this.getClass().getModule()) %> \
<%= request.getRemoteAddr() %> <%= application.getInitParameter(\"mine\") %>";

/// A distribution of Tomcat without its applications.
fn unpack(parts: &Parts, version: &str, folder: &Path) {
    let archive = parts
        .find(&format!("org.apache.tomcat:tomcat:{version}:zip"))
        .unwrap();
    let mut zip = zip::ZipArchive::new(File::open(archive).unwrap()).unwrap();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let (_, below) = name.split_once('/').unwrap();
        if below.is_empty() || below.ends_with('/') || below.starts_with("webapps/") {
            continue;
        }
        let path = folder.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        fs::write(&path, bytes).unwrap();
        if below.ends_with(".sh") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    for folder in [
        folder.join("webapps/ROOT"),
        folder.join("logs"),
        folder.join("temp"),
    ] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(folder.join("webapps/ROOT/index.jsp"), PAGE).unwrap();
}

/// Liferay's changes of a distribution (layout-and-artifacts 1.3), as the release has them.
fn liferays(folder: &Path, loader: &str, setenv: &str) -> Vec<(&'static str, String)> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let context = format!(
        "<Context crossContext=\"true\">\n{}</Context>\n",
        if loader == LIB_EXT {
            "\t<Resources>\n\t\t<PreResources base=\"${catalina.base}/lib/ext/portal\" className=\"com.liferay.support.tomcat.webresources.ExtResourceSet\" webAppMount=\"/WEB-INF/lib\" />\n\t</Resources>\n"
        } else {
            ""
        }
    );
    vec![
        (
            "conf/server.xml",
            read("conf/server.xml").replace(
                "redirectPort=\"8443\"",
                "redirectPort=\"8443\" URIEncoding=\"UTF-8\"",
            ),
        ),
        (
            "conf/catalina.properties",
            read("conf/catalina.properties")
                .replace("common.loader=", &format!("common.loader={loader}")),
        ),
        ("conf/web.xml", read("conf/web.xml")),
        ("conf/Catalina/localhost/ROOT.xml", context),
        ("bin/setenv.sh", setenv.to_owned()),
    ]
}

/// What the site's people changed.
fn sites(name: &str, text: &str, port: u16) -> String {
    let changed = match name {
        "conf/server.xml" => text
            .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
            .replace("<Connector port=\"8080\"", &format!("<Connector port='{port}' address='127.0.0.1'"))
            .replace("    <Connector port=\"8009\" protocol=\"AJP/1.3\" redirectPort=\"8443\" URIEncoding=\"UTF-8\" />\n", "    <!-- no AJP here -->\n")
            .replace("        <Valve className=\"org.apache.catalina.valves.AccessLogValve\"", "        <!-- the balancer -->\n        <Valve className=\"org.apache.catalina.valves.RemoteIpValve\" />\n        <Valve className=\"org.apache.catalina.valves.AccessLogValve\""),
        "conf/catalina.properties" => text.replace(",\"${catalina.base}/lib\"", ",\"/opt/mine/*.jar\",\"${catalina.base}/lib\"") + "mine.key=own\n",
        "conf/Catalina/localhost/ROOT.xml" => text.replace("</Context>", "\t<!-- ours -->\n\t<Parameter name=\"mine\" value=\"a &amp; b\" />\n</Context>").replace('\n', "\r\n"),
        "bin/setenv.sh" => text.replace(" -Xmx", " -Dmine.option=yes -Xmx") + "\nexport UMASK=0027\n",
        _ => return text.to_owned(),
    };
    assert_ne!(changed, text, "{name}");
    changed
}

fn site(files: &[(&'static str, String)]) -> SiteFacts {
    let mut site = facts::site();
    for (name, content) in files {
        let path = format!("{SITE}/{name}");
        site.files.push(facts::file(&path, content));
        let text = SiteText::new(content.clone().into_bytes());
        site.texts.insert(RelativePath::new(path), text);
    }
    site.files
        .retain(|file| !file.path.as_str().contains("lib/ext"));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    site
}

fn release(version: &str, files: &[(&'static str, String)]) -> ReleaseFacts {
    let mut release = facts::release();
    release.identity.version = Some(version.parse().unwrap());
    release.files.retain(|file| {
        !file.path.as_str().contains("lib/ext") && !file.path.as_str().contains("/conf/")
    });
    for (name, content) in files {
        let path = format!("{RELEASE}/{name}");
        release.files.push(facts::file(&path, content));
        release
            .texts
            .insert(RelativePath::new(path), ReleaseText(content.clone()));
    }
    release.files.sort_by(|one, two| one.path.cmp(&two.path));
    release
}

/// Puts the files of a Tomcat in their places, changed as the plan says.
fn put(
    folder: &Path,
    files: &[(&'static str, String)],
    plan: &Plan,
    facts: (&SiteFacts, &ReleaseFacts),
) -> usize {
    let mut edited = 0;
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    for file in &plan.files {
        if let (Decision::Edit(edit), Some(name)) =
            (&file.decision, file.path.below(&RelativePath::new(SITE)))
        {
            fs::write(folder.join(name), edits::written(edit, facts.0, facts.1)).unwrap();
            edited += 1;
        }
    }
    edited
}

/// A running server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts Tomcat and waits until it says that it has.
fn start(folder: &Path) -> Server {
    let mut child = Command::new(folder.join("bin/catalina.sh"))
        .arg("run")
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let server = Server(child);
    let mut said = String::new();
    let mut lines = log.lines();
    for line in lines.by_ref() {
        let line = line.unwrap();
        assert!(!line.contains("SEVERE"), "{line}\n{said}");
        said.push_str(&line);
        said.push('\n');
        if line.contains("Server startup in") {
            // The pipe is read on, or else the server would wait for it.
            std::thread::spawn(move || lines.for_each(drop));
            return server;
        }
    }
    panic!("Tomcat ended:\n{said}");
}

fn page(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .write_all(b"GET /index.jsp HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn tomcat_starts_with_merged_files_both_ways() {
    let parts = Parts::load();
    let folder = tempfile::tempdir().unwrap();
    let (own, bundle) = (folder.path().join("own"), folder.path().join("bundle"));
    unpack(&parts, "9.0.19", &own);
    unpack(&parts, "9.0.33", &bundle);
    let old_files = liferays(&own, LIB_EXT, SETENV);
    let new_files = liferays(&bundle, SUPPORT, &format!("{SETENV}{OPENS}"));
    let port = free_port();
    let site_files: Vec<(&'static str, String)> = old_files
        .iter()
        .map(|(name, text)| (*name, sites(name, text, port)))
        .collect();
    let (site, old, new) = (
        site(&site_files),
        release("7.2.0", &old_files),
        release("7.4.3.41", &new_files),
    );
    for (app_server, folder, files, edited) in [
        (AppServer::Keep, &own, &site_files, 3),
        (AppServer::Bundle, &bundle, &new_files, 4),
    ] {
        let mut wishes = facts::wishes();
        wishes.app_server = app_server;
        let plan = make(&site, &new, Some(&old), &wishes).unwrap();
        assert_eq!(
            put(folder, files, &plan, (&site, &new)),
            edited,
            "{app_server:?}"
        );
        let server = start(folder);
        let answer = page(port);
        assert!(
            answer.ends_with("yes own true false true 192.0.2.7 a & b"),
            "{app_server:?}: {answer}"
        );
        drop(server);
    }
}
