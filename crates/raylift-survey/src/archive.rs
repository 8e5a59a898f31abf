//! What a JAR or a WAR says of itself beside being a bundle: which library, which JDBC drivers, a theme, a hot fix.

use raylift_formats::bundle::{Jar, Manifest};
use raylift_model::facts::ArchiveFacts;
use raylift_model::names::RelativePath;

use crate::properties::value_of;

/// The largest text in a JAR that is unpacked, in bytes.
const LARGEST_TEXT: u64 = 1 << 20;
/// Names a JAR's drivers since JDBC 4 (`java.sql.DriverManager`).
const DRIVERS: &str = "META-INF/services/java.sql.Driver";
/// A theme's description (layout-and-artifacts 8; Liferay's plugin DTD of that name).
const LOOK_AND_FEEL: &str = "WEB-INF/liferay-look-and-feel.xml";
/// Names the releases that a plug-in is for (Liferay's documentation "Upgrading a Theme").
const PLUGIN_PACKAGE: &str = "WEB-INF/liferay-plugin-package.properties";
/// Of `portal-patcher-properties.jar` (layout-and-artifacts 2).
const PATCHER: &str = "patcher.properties";
/// Driver classes of the templates of layout-and-artifacts 4.4, and their older names: JARs from before JDBC 4 name none.
const KNOWN_DRIVERS: [&str; 12] = [
    "com.ibm.db2.jcc.DB2Driver",
    "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    "com.mysql.cj.jdbc.Driver",
    "com.mysql.jdbc.Driver",
    "com.sybase.jdbc4.jdbc.SybDriver",
    "net.sourceforge.jtds.jdbc.Driver",
    "oracle.jdbc.OracleDriver",
    "oracle.jdbc.driver.OracleDriver",
    "org.hsqldb.jdbc.JDBCDriver",
    "org.hsqldb.jdbcDriver",
    "org.mariadb.jdbc.Driver",
    "org.postgresql.Driver",
];

/// What the archive says; `None` when it says nothing or cannot be read, which is a finding elsewhere.
pub(crate) fn facts(
    path: &RelativePath,
    bytes: &[u8],
    manifest: Option<&Manifest>,
) -> Option<ArchiveFacts> {
    let mut jar = Jar::open(bytes).ok()?;
    let (coordinates, maven_version) = maven(&mut jar).unzip();
    let text = |name: &str| {
        manifest
            .and_then(|manifest| manifest.text(name))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let facts = ArchiveFacts {
        file: path.clone(),
        symbolic_name: text("Bundle-SymbolicName")
            .map(|name| name.split(';').next().unwrap_or(&name).trim().to_owned()),
        title: text("Implementation-Title"),
        coordinates,
        version: text("Bundle-Version")
            .or_else(|| text("Implementation-Version"))
            .or(maven_version),
        drivers: drivers(&mut jar),
        theme: jar.has(LOOK_AND_FEEL),
        theme_for: theme_for(&mut jar),
        patches: unpacked(&mut jar, PATCHER)
            .and_then(|text| value_of(&text, "installed.patches"))
            .filter(|patches| !patches.trim().is_empty()),
    };
    (!facts.is_silent()).then_some(facts)
}

fn unpacked(jar: &mut Jar<'_>, name: &str) -> Option<Vec<u8>> {
    jar.read(name, LARGEST_TEXT).ok().flatten()
}

/// The releases that a theme says it is for.
fn theme_for(jar: &mut Jar<'_>) -> Option<String> {
    let look_and_feel = unpacked(jar, LOOK_AND_FEEL)?;
    let said = unpacked(jar, PLUGIN_PACKAGE)
        .and_then(|text| value_of(&text, "liferay-versions"))
        .or_else(|| {
            let text = String::from_utf8_lossy(&look_and_feel).into_owned();
            let (_, rest) = text.split_once("<compatibility>")?;
            let (_, rest) = rest.split_once("<version>")?;
            Some(rest.split_once("</version>")?.0.to_owned())
        });
    said.map(|said| said.trim().to_owned())
        .filter(|said| !said.is_empty())
}

/// `group:artifact` and version, where exactly one is named: a JAR with several was packed of several libraries.
fn maven(jar: &mut Jar<'_>) -> Option<(String, String)> {
    let mut all = jar.names().into_iter().filter(|name| {
        name.strip_prefix("META-INF/maven/")
            .is_some_and(|rest| rest.ends_with("/pom.properties") && rest.split('/').count() == 3)
    });
    let only = all.next()?;
    if all.next().is_some() {
        return None;
    }
    let text = unpacked(jar, &only)?;
    let value = |key: &str| value_of(&text, key).filter(|value| !value.trim().is_empty());
    Some((
        format!("{}:{}", value("groupId")?, value("artifactId")?),
        value("version")?,
    ))
}

/// Sorted, each once.
fn drivers(jar: &mut Jar<'_>) -> Vec<String> {
    let mut drivers: Vec<String> = unpacked(jar, DRIVERS)
        .map(|bytes| {
            String::from_utf8_lossy(&bytes)
                .lines()
                .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect()
        })
        .unwrap_or_default();
    drivers.extend(
        KNOWN_DRIVERS
            .iter()
            .filter(|class| jar.has(&format!("{}.class", class.replace('.', "/"))))
            .map(|class| (*class).to_owned()),
    );
    drivers.sort();
    drivers.dedup();
    drivers
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn jar(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(entries: &[(&str, &str)]) -> Option<ArchiveFacts> {
        facts(&RelativePath::new("lib/x.jar"), &jar(entries), None)
    }

    #[test]
    fn drivers_are_told_by_the_service_file_and_by_their_classes() {
        let both = read(&[
            (
                DRIVERS,
                "# comment\ncom.mysql.cj.jdbc.Driver # main\n\ncom.acme.Driver\n",
            ),
            ("com/mysql/cj/jdbc/Driver.class", ""),
        ]);
        assert_eq!(
            both.unwrap().drivers,
            ["com.acme.Driver", "com.mysql.cj.jdbc.Driver"]
        );
        let old = read(&[("oracle/jdbc/OracleDriver.class", "")]);
        assert_eq!(old.unwrap().drivers, ["oracle.jdbc.OracleDriver"]);
    }

    #[test]
    fn one_pom_names_the_library_and_several_do_not() {
        let pom = "groupId=com.acme\nartifactId=tool\nversion=1.2\n";
        let one = read(&[("META-INF/maven/com.acme/tool/pom.properties", pom)]).unwrap();
        assert_eq!(one.coordinates.as_deref(), Some("com.acme:tool"));
        assert_eq!(one.version.as_deref(), Some("1.2"));
        let several = read(&[
            ("META-INF/maven/com.acme/tool/pom.properties", pom),
            ("META-INF/maven/com.acme/other/pom.properties", pom),
        ]);
        assert_eq!(several, None);
    }

    #[test]
    fn themes_and_hot_fixes_are_told() {
        assert!(read(&[(LOOK_AND_FEEL, "<look-and-feel/>")]).unwrap().theme);
        let xml = "<look-and-feel><compatibility>\n<version>7.3.0+</version></compatibility></look-and-feel>";
        let package = "name=x\nliferay-versions=7.2.0+\n";
        for (entries, expected) in [
            (&[(LOOK_AND_FEEL, xml)][..], Some("7.3.0+")),
            (
                &[(LOOK_AND_FEEL, xml), (PLUGIN_PACKAGE, package)],
                Some("7.2.0+"),
            ),
            (&[(LOOK_AND_FEEL, "<look-and-feel/>")], None),
            (&[(PLUGIN_PACKAGE, package), ("a", "")], None),
        ] {
            let said = read(entries).and_then(|facts| facts.theme_for);
            assert_eq!(said.as_deref(), expected);
        }
        let fix = read(&[(
            PATCHER,
            "installed.patches=de-90-7210\nfixed.issues=LPS-1\n",
        )]);
        assert_eq!(fix.unwrap().patches.as_deref(), Some("de-90-7210"));
        assert_eq!(read(&[("a.txt", "")]), None);
        assert_eq!(facts(&RelativePath::new("x.jar"), b"no zip", None), None);
    }
}
