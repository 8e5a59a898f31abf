//! The application server of a release: Tomcat's own distribution with Liferay's changes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use crate::LabError;
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

/// Adds the distribution `archive` below `folder`, with only the files that a Liferay bundle
/// keeps: no sample applications. `commit` becomes `.githash`.
pub(crate) fn add(
    archive: &Path,
    folder: &str,
    commit: &str,
    tree: &mut Tree,
) -> Result<(), LabError> {
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
        if let Some(changed) = edit(path, &bytes)? {
            bytes = changed;
        }
        tree.add_bytes(format!("{folder}/{path}"), bytes);
    }
    tree.add_folder(&format!("{folder}/temp"));
    tree.add_bytes(format!("{folder}/.githash"), commit);
    tree.add_bytes(format!("{folder}/bin/setenv.sh"), SETENV_SH);
    tree.add_bytes(format!("{folder}/bin/setenv.bat"), SETENV_BAT);
    Ok(())
}

/// The line of Tomcat 9.0.19's `server.xml` that opens an AJP port. Liferay's has it as a comment,
/// as Tomcat's own has from 9.0.31 on.
const AJP: &str = "<Connector port=\"8009\" protocol=\"AJP/1.3\" redirectPort=\"8443\" />";

/// Liferay's changes of Tomcat's own configuration files; `None` for other files.
fn edit(path: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>, LabError> {
    let text = String::from_utf8_lossy(bytes);
    let (wanted, changed) = match path {
        // The real file puts lib/ext and its JARs before Tomcat's own.
        "conf/catalina.properties" => (
            "common.loader=",
            text.replace(
                "common.loader=",
                "common.loader=\"${catalina.home}/lib/ext\",\"${catalina.home}/lib/ext/*.jar\",",
            ),
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
        let changed = edit("conf/catalina.properties", b"a=1\ncommon.loader=\"x\"\n")
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
        let changed = edit("conf/server.xml", xml.as_bytes())
            .expect("edit")
            .expect("changed");
        let text = String::from_utf8(changed).expect("text");
        let (comment, rest) = text.split_once("-->").expect("a comment");
        assert!(comment.contains("<!-- <Connector port=\"8009\""));
        assert!(rest.starts_with("<Connector port=\"8080\""));
    }

    #[test]
    fn a_file_of_another_shape_is_an_error() {
        assert!(edit("conf/server.xml", b"<Server/>").is_err());
    }
}
