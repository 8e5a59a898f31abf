//! What makes a site of an unpacked release: ports, Java, properties, own files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::jar;
use crate::jndi;
use crate::manifest::Manifest;
use crate::notes::SiteFacts;
use crate::scenario::{JavaChoice, Layout, Scenario, SiteScenario};

/// The site's own module in `osgi/modules`.
const OWN_MODULE: &str = "com.example.site.greeting-1.2.0.jar";

/// The site's own library in `lib/ext`, in 7.4 behind the shield.
const OWN_LIBRARY: &str = "example-site-library.jar";

/// Options for a quick start.
const QUICK: &str = " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

/// Options without which Equinox 3.13 and 7.2's core do not start on Java 17.
const OPENS: &str = " --add-opens=java.base/java.net=ALL-UNNAMED \
--add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.lang.reflect=ALL-UNNAMED \
--add-opens=java.base/java.util=ALL-UNNAMED";

/// Changes and adds everything that the scenario asks for below `home`, except what needs a
/// running server and what must come last ([`make_read_only`]).
pub(crate) fn apply(scenario: &Scenario, facts: &SiteFacts, home: &Path) -> Result<(), LabError> {
    let site = &scenario.site;
    let tomcat = tomcat_of(home)?;
    set_connector(&tomcat.join("conf/server.xml"), site, facts)?;
    write(&tomcat.join("bin/setenv.sh"), setenv(site, facts))?;
    write(
        &home.join("portal-ext.properties"),
        portal_properties(site, facts, home),
    )?;
    if site.jndi {
        jndi::apply(scenario.release.version, &facts.jdbc(home), &tomcat)?;
    }
    for config in &site.configs {
        write(&home.join("osgi/configs").join(&config.name), &config.text)?;
    }
    if site.own_jars {
        let libraries = match scenario.release.version.layout() {
            Layout::Classic => tomcat.join("lib/ext"),
            Layout::Shielded => tomcat.join("webapps/ROOT/WEB-INF/shielded-container-lib"),
        };
        write_own_jars(home, &libraries)?;
    }
    for file in &site.files {
        write(&placed(home, &tomcat, &file.path), &file.text)?;
    }
    for archive in &site.archives {
        let path = placed(home, &tomcat, &archive.path);
        let mut manifest = Manifest::default();
        for (name, value) in &archive.headers {
            manifest.set(name, value);
        }
        write(&path, &jar::inert(&path, &manifest, &[], None)?)?;
    }
    write_trouble(scenario, home)
}

/// A path of the scenario.
fn placed(home: &Path, tomcat: &Path, path: &str) -> PathBuf {
    match path.strip_prefix("{tomcat}/") {
        Some(inner) => tomcat.join(inner),
        None => home.join(path),
    }
}

/// Takes the write permission from the scenario's read-only paths.
pub(crate) fn make_read_only(site: &SiteScenario, home: &Path) -> Result<(), LabError> {
    for path in &site.read_only {
        let full = home.join(path);
        let mode = fs::metadata(&full)
            .map_err(LabError::io("look at", &full))?
            .permissions()
            .mode();
        fs::set_permissions(&full, fs::Permissions::from_mode(mode & !0o222))
            .map_err(LabError::io("change", &full))?;
    }
    Ok(())
}

/// The Tomcat folder of a home: the one that holds `bin/catalina.sh`.
pub(crate) fn tomcat_of(home: &Path) -> Result<PathBuf, LabError> {
    let entries = fs::read_dir(home).map_err(LabError::io("list", home))?;
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.join("bin/catalina.sh").is_file())
        .ok_or_else(|| LabError::SiteFolder {
            path: home.to_path_buf(),
            reason: "no folder with bin/catalina.sh in it".to_owned(),
        })
}

/// Writes `data/lab/trouble.properties`; removes it when there is no trouble.
pub(crate) fn write_trouble(scenario: &Scenario, home: &Path) -> Result<(), LabError> {
    let file = home.join("data/lab/trouble.properties");
    if scenario.trouble.is_empty() {
        return match fs::remove_file(&file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(LabError::io("remove", &file)(source))
            }
            _ => Ok(()),
        };
    }
    let text: String = scenario
        .trouble
        .iter()
        .map(|(key, value)| format!("{key}={value}\n"))
        .collect();
    write(&file, &text)
}

fn set_connector(file: &Path, site: &SiteScenario, facts: &SiteFacts) -> Result<(), LabError> {
    let mut text = fs::read_to_string(file).map_err(LabError::io("read", file))?;
    let attributes: String = site
        .connector
        .iter()
        .map(|(name, value)| format!(" {name}=\"{value}\""))
        .collect();
    for (from, to) in [
        ("port=\"8005\"", format!("port=\"{}\"", facts.shutdown_port)),
        (
            "<Connector port=\"8080\"",
            format!(
                "<Connector address=\"127.0.0.1\"{attributes} port=\"{}\"",
                facts.http_port
            ),
        ),
    ] {
        if !text.contains(from) {
            return Err(LabError::SiteFolder {
                path: file.to_path_buf(),
                reason: format!("{from} is not in it"),
            });
        }
        // Only the first: the second connector of that port is inside a comment.
        text = text.replacen(from, &to, 1);
    }
    write(file, &text)
}

fn setenv(site: &SiteScenario, facts: &SiteFacts) -> String {
    let opens = match site.java {
        JavaChoice::Eleven => "",
        JavaChoice::Machine => OPENS,
    };
    let quick = if site.quick_java { QUICK } else { "" };
    let mut text = format!(
        "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 \
         -Djava.locale.providers=JRE,COMPAT,CLDR -Djava.net.preferIPv4Stack=true \
         -Duser.timezone=GMT -Xms64m -Xmx{}{quick}{opens}\"\n",
        site.heap
    );
    if site.pid_file {
        text.push_str("CATALINA_PID=\"$CATALINA_BASE/catalina.pid\"\n");
    }
    if site.java_home_in_setenv {
        let java = facts.java_home.display();
        text.push_str(&format!("JAVA_HOME=\"{java}\"\nJRE_HOME=\"{java}\"\n"));
    }
    text.push_str(&site.setenv);
    text
}

fn portal_properties(site: &SiteScenario, facts: &SiteFacts, home: &Path) -> String {
    let mut text = "company.default.name=Example\nsetup.wizard.enabled=false\n".to_owned();
    if site.jndi {
        text.push_str(&jndi::property());
    } else if facts.database.is_some() {
        text.push_str(&facts.jdbc(home).properties());
    }
    if let Some(port) = facts.console_port {
        text.push_str(&format!(
            "module.framework.properties.osgi.console=127.0.0.1:{port}\n"
        ));
    }
    for (key, value) in &site.properties {
        text.push_str(&format!("{key}={value}\n"));
    }
    text.push_str(&site.portal_ext);
    text
}

fn write_own_jars(home: &Path, libraries: &Path) -> Result<(), LabError> {
    let mut module = Manifest::default();
    module.set("Bundle-ManifestVersion", "2");
    module.set("Bundle-SymbolicName", "com.example.site.greeting");
    module.set("Bundle-Version", "1.2.0");
    module.set("Bundle-Name", "Example Site Greeting");
    let mut library = Manifest::default();
    library.set("Implementation-Title", "example-site-library");
    for (path, manifest) in [
        (home.join("osgi/modules").join(OWN_MODULE), module),
        (libraries.join(OWN_LIBRARY), library),
    ] {
        write(&path, &jar::inert(&path, &manifest, &[], None)?)?;
    }
    Ok(())
}

/// Writes a file and the folders on the way to it.
pub(crate) fn write(file: &Path, content: impl AsRef<[u8]>) -> Result<(), LabError> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(LabError::io("create", parent))?;
    }
    fs::write(file, content).map_err(LabError::io("write", file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ReleaseVersion;

    fn facts() -> SiteFacts {
        SiteFacts {
            version: ReleaseVersion::Ga1,
            http_port: 18_080,
            shutdown_port: 18_005,
            console_port: Some(18_311),
            java_home: "/java".into(),
            owner: crate::Owner { user: 1, group: 1 },
            database: None,
        }
    }

    #[test]
    fn both_ports_are_set_once() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("server.xml");
        let xml = "<Server port=\"8005\"><Connector port=\"8080\"/>\
                   <!-- <Connector port=\"8080\"/> --></Server>";
        fs::write(&file, xml).expect("write");
        let mut site = SiteScenario::default();
        set_connector(&file, &site, &facts()).expect("ports");
        assert_eq!(
            fs::read_to_string(&file).expect("read"),
            "<Server port=\"18005\"><Connector address=\"127.0.0.1\" port=\"18080\"/>\
             <!-- <Connector port=\"8080\"/> --></Server>"
        );
        assert!(set_connector(&file, &site, &facts()).is_err());
        fs::write(&file, xml).expect("write");
        site.connector
            .insert("maxThreads".to_owned(), "50".to_owned());
        set_connector(&file, &site, &facts()).expect("ports");
        let text = fs::read_to_string(&file).expect("read");
        assert!(
            text.contains("<Connector address=\"127.0.0.1\" maxThreads=\"50\" port=\"18080\"/>")
        );
    }

    #[test]
    fn java_home_stands_in_setenv_only_when_asked_for() {
        let mut site = SiteScenario::default();
        assert!(setenv(&site, &facts()).contains("\nJAVA_HOME=\"/java\"\n"));
        site.java_home_in_setenv = false;
        site.pid_file = false;
        assert_eq!(setenv(&site, &facts()).lines().count(), 1);
    }

    #[test]
    fn a_server_is_reached_by_properties_or_by_a_pool() {
        let mut site = SiteScenario::default();
        let text = |site: &SiteScenario, facts: &SiteFacts| {
            portal_properties(site, facts, Path::new("/home"))
        };
        assert!(!text(&site, &facts()).contains("jdbc."));
        let served = SiteFacts {
            database: Some(crate::DatabaseFacts {
                engine: crate::Engine::Mariadb,
                port: 13_306,
                database: "lportal".to_owned(),
                user: "liferay".to_owned(),
                password: "secret".to_owned(),
                admin: "admin".to_owned(),
                admin_password: "other".to_owned(),
            }),
            ..facts()
        };
        // Liferay's example with another host (layout-and-artifacts, 4.4).
        assert!(text(&site, &served).contains(
            "jdbc.default.driverClassName=org.mariadb.jdbc.Driver\n\
             jdbc.default.url=jdbc:mariadb://127.0.0.1:13306/lportal?useUnicode=true\
             &characterEncoding=UTF-8&useFastDateParsing=false\n\
             jdbc.default.username=liferay\njdbc.default.password=secret\n"
        ));
        site.jndi = true;
        let pooled = text(&site, &served);
        assert!(pooled.contains("jdbc.default.jndi.name=jdbc/LiferayPool\n"));
        assert!(!pooled.contains("secret"));
    }

    #[test]
    fn the_console_is_closed_unless_asked_for() {
        let site = SiteScenario::default();
        assert!(
            portal_properties(&site, &facts(), Path::new("/home"))
                .contains("osgi.console=127.0.0.1:18311\n")
        );
        let closed = SiteFacts {
            console_port: None,
            ..facts()
        };
        assert!(!portal_properties(&site, &closed, Path::new("/home")).contains("osgi.console"));
    }
}
