//! The application server of a release: Tomcat's own distribution with Liferay's changes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use crate::LabError;
use crate::scenario::{Layout, ReleaseVersion};
use crate::tree::Tree;

/// `bin/setenv.sh` as both real homes have it, in one line: encoding, locale providers, IPv4, time
/// zone, 2560 MB of heap.
const SETENV_SH: &str = "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8 \
-Djava.locale.providers=JRE,COMPAT,CLDR -Djava.net.preferIPv4Stack=true -Duser.timezone=GMT \
-Xms2560m -Xmx2560m -XX:MaxNewSize=1536m -XX:MaxMetaspaceSize=768m -XX:MetaspaceSize=768m \
-XX:NewSize=1536m -XX:SurvivorRatio=7\"";

/// `bin/setenv.bat`, likewise.
const SETENV_BAT: &str = "set \"CATALINA_OPTS=%CATALINA_OPTS% -Dfile.encoding=UTF-8 \
-Djava.locale.providers=JRE,COMPAT,CLDR -Djava.net.preferIPv4Stack=true -Duser.timezone=GMT \
-Xms2560m -Xmx2560m -XX:MaxNewSize=1536m -XX:MaxMetaspaceSize=768m -XX:MetaspaceSize=768m \
-XX:NewSize=1536m -XX:SurvivorRatio=7\"";

/// What `bin/setenv.sh` of late 7.4 has besides: the module opens that Liferay needs on Java 17
/// (layout-and-artifacts, 1.3).
const OPENS: [&str; 8] = [
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.net",
    "java.base/sun.net.www.protocol.http",
    "java.base/sun.net.www.protocol.https",
    "java.base/sun.util.calendar",
    "jdk.zipfs/jdk.nio.zipfs",
];

/// `bin/setenv.sh` of a release.
fn setenv(version: ReleaseVersion) -> String {
    let mut text = SETENV_SH.to_owned();
    if version.layout() == Layout::Shielded {
        text.push_str("\n\n");
        for package in OPENS {
            text.push_str(&format!(
                "export JDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens={package}=ALL-UNNAMED\"\n"
            ));
        }
    }
    text
}

/// What `common.loader` begins with in a release.
fn loader(version: ReleaseVersion) -> &'static str {
    match version.layout() {
        // The real file puts lib/ext and its JARs before Tomcat's own.
        Layout::Classic => {
            "common.loader=\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\","
        }
        Layout::Shielded => {
            "common.loader=\"${catalina.home}/webapps/ROOT/WEB-INF/lib/support-tomcat.jar\","
        }
    }
}

/// Adds the distribution `archive` of a release, with only the files that a Liferay bundle
/// keeps: no sample applications. `commit` becomes `.githash`.
pub(crate) fn add(
    archive: &Path,
    version: ReleaseVersion,
    commit: &str,
    tree: &mut Tree,
) -> Result<(), LabError> {
    let folder = version.tomcat_folder();
    let file = File::open(archive).map_err(LabError::io("open", archive))?;
    let mut zip = ZipArchive::new(file).map_err(LabError::archive(archive))?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(LabError::archive(archive))?;
        let name = entry
            .name()
            .map_err(LabError::archive(archive))?
            .into_owned();
        let Some((_, path)) = name.split_once('/') else {
            continue;
        };
        if path.is_empty() || path.starts_with("webapps/") || path.starts_with("temp/") {
            continue;
        }
        if let Some(path) = path.strip_suffix('/') {
            if ["logs", "work"].contains(&path) {
                tree.add_folder(&format!("{folder}/{path}"));
            }
            continue;
        }
        let mut bytes = Vec::new();
        entry
            .read_to_end(&mut bytes)
            .map_err(LabError::io("read", archive))?;
        if let Some(changed) = edit(version, path, &bytes)? {
            bytes = changed;
        }
        tree.add_bytes(format!("{folder}/{path}"), bytes);
    }
    tree.add_folder(&format!("{folder}/temp"));
    tree.add_bytes(format!("{folder}/.githash"), commit);
    tree.add_bytes(format!("{folder}/bin/setenv.sh"), setenv(version));
    tree.add_bytes(format!("{folder}/bin/setenv.bat"), SETENV_BAT);
    Ok(())
}

/// The line of Tomcat 9.0.19's `server.xml` that opens an AJP port. Liferay's has it as a comment,
/// as Tomcat's own has from 9.0.31 on.
const AJP: &str = "<Connector port=\"8009\" protocol=\"AJP/1.3\" redirectPort=\"8443\" />";

/// Liferay's changes of Tomcat's own configuration files; `None` for other files.
fn edit(version: ReleaseVersion, path: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>, LabError> {
    let text = String::from_utf8_lossy(bytes);
    let (wanted, changed) = match path {
        "conf/catalina.properties" => (
            "common.loader=",
            text.replace("common.loader=", loader(version)),
        ),
        "conf/server.xml" => (
            "redirectPort=\"8443\"",
            text.replace(AJP, &format!("<!-- {AJP} -->")).replace(
                "redirectPort=\"8443\"",
                "redirectPort=\"8443\" URIEncoding=\"UTF-8\"",
            ),
        ),
        _ => return Ok(None),
    };
    if !text.contains(wanted) {
        return Err(LabError::data(path, 0, format!("{wanted} is not in it")));
    }
    Ok(Some(changed.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_begins_with_the_folder_of_the_kernel() {
        let changed = edit(
            ReleaseVersion::Ga1,
            "conf/catalina.properties",
            b"a=1\ncommon.loader=\"x\"\n",
        )
        .expect("edit")
        .expect("changed");
        assert_eq!(
            String::from_utf8(changed).expect("text"),
            "a=1\ncommon.loader=\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\",\"x\"\n"
        );
    }

    #[test]
    fn no_ajp_port_is_opened() {
        let xml = format!("<a>{AJP}<Connector port=\"8080\" redirectPort=\"8443\" /></a>");
        let changed = edit(ReleaseVersion::Ga1, "conf/server.xml", xml.as_bytes())
            .expect("edit")
            .expect("changed");
        let text = String::from_utf8(changed).expect("text");
        let (comment, rest) = text.split_once("-->").expect("a comment");
        assert!(comment.contains("<!-- <Connector port=\"8009\""));
        assert!(rest.starts_with("<Connector port=\"8080\""));
    }

    #[test]
    fn a_file_of_another_shape_is_an_error() {
        assert!(edit(ReleaseVersion::Ga1, "conf/server.xml", b"<Server/>").is_err());
    }
}
