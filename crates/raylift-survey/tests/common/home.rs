//! A home in a scratch folder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

/// The default URL of 7.2.0, as its `portal.properties` has it.
const PROPERTIES: &str = "\
include-and-override=portal-bundle.properties
include-and-override=${liferay.home}/portal-bundle.properties
include-and-override=portal-ext.properties
include-and-override=${liferay.home}/portal-ext.properties
include-and-override=portal-setup-wizard.properties
include-and-override=${liferay.home}/portal-setup-wizard.properties
include-and-override=${external-properties}
include-and-override=${liferay.home}/${external-properties}
liferay.home=${resource.repositories.root}
resource.repositories.root=${default.liferay.home}
jdbc.default.driverClassName=org.hsqldb.jdbc.JDBCDriver
jdbc.default.url=jdbc:hsqldb:${liferay.home}/data/hypersonic/lportal;hsqldb.write_delay=false
jdbc.default.username=sa
jdbc.default.password=
cluster.link.enabled=false
dl.store.impl=com.liferay.portal.store.file.system.FileSystemStore
module.framework.base.dir=${liferay.home}/osgi
";
const SERVER: &str = r#"<Server port="8005" shutdown="SHUTDOWN"><Service name="Catalina">
<Connector port="8080" protocol="HTTP/1.1" redirectPort="8443"/>
<Connector port="8009" protocol="AJP/1.3"/>
<Engine name="Catalina"><Host name="localhost" appBase="webapps"/></Engine></Service></Server>"#;
const PORTAL: &str = "Manifest-Version: 1.0\r\nBundle-Vendor: Liferay, Inc.\r\nLiferay-Portal-Build-Number: 7200\r\n\
    Liferay-Portal-Version: 7.2.0\r\n\r\n";

/// A home that can be changed at will; removed when dropped.
pub struct Scratch {
    folder: tempfile::TempDir,
    /// The home, without links.
    pub home: PathBuf,
}

impl Scratch {
    /// A folder with nothing in it.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(folder.path()).unwrap().join("liferay");
        fs::create_dir(&home).unwrap();
        Self { folder, home }
    }

    /// A small 7.2.0 home on HSQLDB in which nothing is wrong.
    pub fn good() -> Self {
        let scratch = Self::empty();
        let tomcat = "tomcat-9.0.19";
        scratch.write(&format!("{tomcat}/conf/server.xml"), SERVER.as_bytes());
        scratch.write(
            &format!("{tomcat}/RELEASE-NOTES"),
            b"\n   Apache Tomcat Version 9.0.19\n",
        );
        scratch.write(&format!("{tomcat}/bin/catalina.sh"), b"#!/bin/sh\n");
        scratch.write(&format!("{tomcat}/webapps/ROOT/index.jsp"), b"<html/>");
        scratch.write(
            &format!("{tomcat}/webapps/ROOT/WEB-INF/lib/portal-impl.jar"),
            &jar(&[
                ("META-INF/MANIFEST.MF", PORTAL.as_bytes()),
                ("portal.properties", PROPERTIES.as_bytes()),
            ]),
        );
        scratch.write(
            &format!("{tomcat}/lib/ext/portal-kernel.jar"),
            &jar(&[("META-INF/MANIFEST.MF", PORTAL.as_bytes())]),
        );
        scratch.write(
            &format!("{tomcat}/lib/ext/hsql.jar"),
            &jar(&[("org/hsqldb/jdbc/JDBCDriver.class", b"\xca\xfe\xba\xbe")]),
        );
        scratch.write(
            "osgi/core/org.eclipse.osgi.jar",
            &bundle("org.eclipse.osgi", "3.13.0"),
        );
        scratch.write("osgi/modules/a.b.jar", &bundle("a.b", "1.2.3"));
        let inner = bundle("com.liferay.c", "2.0.0");
        scratch.write(
            "osgi/marketplace/Liferay CE C - Impl.lpkg",
            &jar(&[
                (
                    "liferay-marketplace.properties",
                    b"title=Liferay CE C - Impl\n",
                ),
                ("com.liferay.c-2.0.0.jar", &inner),
            ]),
        );
        scratch.write("osgi/state/1/x.jar", b"cache");
        scratch.write("data/hypersonic/lportal.script", b"SET DATABASE\n");
        scratch.write("data/hypersonic/lportal.properties", b"version=2.3.3\n");
        scratch
    }

    /// Writes a file below the home, folders included.
    pub fn write(&self, path: &str, content: &[u8]) {
        let file = self.home.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    /// Adds a line to `portal-ext.properties`.
    pub fn set(&self, line: &str) {
        let file = self.home.join("portal-ext.properties");
        let mut text = fs::read_to_string(&file).unwrap_or_default();
        text.push_str(line);
        text.push('\n');
        fs::write(file, text).unwrap();
    }

    /// Tomcat's folder.
    pub fn tomcat(&self) -> PathBuf {
        self.home.join("tomcat-9.0.19")
    }

    /// A path beside the home.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.parent().unwrap().join(name)
    }

    /// The folder around the home.
    pub fn around(&self) -> &Path {
        self.folder.path()
    }
}

/// A JAR with these entries.
pub fn jar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn bundle(name: &str, version: &str) -> Vec<u8> {
    let manifest = format!(
        "Manifest-Version: 1.0\r\nBundle-SymbolicName: {name}\r\nBundle-Version: {version}\r\n\r\n"
    );
    jar(&[("META-INF/MANIFEST.MF", manifest.as_bytes())])
}
