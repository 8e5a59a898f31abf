//! Where the parts of a release lie, told by its paths alone.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::{FileFact, FileKind, ReleaseLayout};
use raylift_model::names::RelativePath;

use crate::source::SourceError;

/// Below the application server's folder.
const ROOT: &str = "webapps/ROOT/";

/// Finds the parts. `files` are relative to the top folder.
///
/// # Errors
/// [`codes::LAYOUT_UNSUPPORTED`] for layouts of 7.4 and of other application servers, [`codes::NOT_A_RELEASE`] with
/// what was looked for.
pub(crate) fn find(
    place: &str,
    top: &str,
    files: &[FileFact],
    tomcat_version: Option<String>,
) -> Result<ReleaseLayout, SourceError> {
    let unsupported = |what: &str| {
        Err(error(
            codes::LAYOUT_UNSUPPORTED,
            format!("{place}: {what}; only bundles with Tomcat are supported"),
        ))
    };
    let missing = |what: &str| {
        Err(error(
            codes::NOT_A_RELEASE,
            format!("{place} is not a Liferay release: {what}{}", hint(files)),
        ))
    };
    let servers: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| server_of(file.path.as_str()))
        .collect();
    let has = |path: &str| {
        files
            .iter()
            .any(|file| file.path.as_str() == path && file.kind == FileKind::File)
    };
    if files.iter().any(|file| {
        file.path
            .as_str()
            .contains("/standalone/deployments/ROOT.war/")
    }) {
        return unsupported("it is a bundle for WildFly or JBoss");
    }
    let mut servers = servers.into_iter();
    let Some(tomcat) = servers.next() else {
        return missing("no folder with webapps/ROOT was found at its top");
    };
    if servers.next().is_some() {
        return missing("several folders with webapps/ROOT were found at its top");
    }
    if !["conf/server.xml", "bin/catalina.sh", "bin/catalina.bat"]
        .iter()
        .any(|name| has(&format!("{tomcat}/{name}")))
    {
        return missing(&format!(
            "{tomcat} has neither conf/server.xml nor bin/catalina.sh"
        ));
    }
    if !files
        .iter()
        .any(|file| file.path.as_str().starts_with("osgi/"))
    {
        return missing("no folder osgi was found at its top");
    }
    let tomcat = RelativePath::new(tomcat);
    let shielded = files
        .iter()
        .any(|file| is_below_root(file.path.as_str(), "WEB-INF/shielded-container-lib/"));
    let [portal_impl, portal_kernel] = core_jars(&tomcat, shielded);
    Ok(ReleaseLayout {
        top: top.to_owned(),
        tomcat_version: tomcat_version.or_else(|| version_in_name(tomcat.as_str())),
        portal_impl,
        portal_kernel,
        tomcat,
    })
}

/// `portal-impl.jar` and `portal-kernel.jar`: of 7.4, where both lie behind the shield, or of a release before
/// (layout-and-artifacts 0.4).
pub(crate) fn core_jars(tomcat: &RelativePath, shielded: bool) -> [RelativePath; 2] {
    if shielded {
        ["portal-impl.jar", "portal-kernel.jar"].map(|name| {
            tomcat
                .join("webapps/ROOT/WEB-INF/shielded-container-lib")
                .join(name)
        })
    } else {
        [
            tomcat.join("webapps/ROOT/WEB-INF/lib/portal-impl.jar"),
            tomcat.join("lib/ext/portal-kernel.jar"),
        ]
    }
}

/// The version in a folder's name such as `tomcat-9.0.33`.
pub(crate) fn version_in_name(folder: &str) -> Option<String> {
    let version = folder.strip_prefix("tomcat-")?;
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| version.to_owned())
}

/// The folder at the top that holds the web application: `tomcat-9.0.33` of `tomcat-9.0.33/webapps/ROOT/index.jsp`.
fn server_of(path: &str) -> Option<&str> {
    let (folder, rest) = path.split_once('/')?;
    rest.starts_with(ROOT).then_some(folder)
}

fn is_below_root(path: &str, folder: &str) -> bool {
    path.split_once(ROOT)
        .is_some_and(|(_, rest)| rest.starts_with(folder))
}

/// What the archive or folder seems to be instead.
fn hint(files: &[FileFact]) -> String {
    let any = |prefix: &str| {
        files
            .iter()
            .any(|file| file.path.as_str().starts_with(prefix))
    };
    if any("WEB-INF/") {
        " (it seems to be the web application alone; take the bundle with Tomcat)".to_owned()
    } else if any("core/") && any("marketplace/") {
        " (it seems to be the archive of the OSGi folder alone; take the bundle with Tomcat)"
            .to_owned()
    } else if let Some(folder) = files.iter().find_map(|file| inner_home(file.path.as_str())) {
        format!(" (a release seems to lie in its folder {folder})")
    } else {
        String::new()
    }
}

fn inner_home(path: &str) -> Option<&str> {
    let (folder, rest) = path.split_once('/')?;
    server_of(rest).map(|_| folder)
}

fn error(code: &'static str, message: String) -> SourceError {
    SourceError {
        code,
        message,
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<FileFact> {
        paths
            .iter()
            .map(|path| FileFact {
                path: RelativePath::new(*path),
                kind: FileKind::File,
                size: 1,
                mode: 0o644,
                digest: None,
                by_liferay: false,
            })
            .collect()
    }

    #[test]
    fn a_bundle_of_7_2_is_found_whatever_its_tomcat_is_called() {
        for tomcat in ["tomcat-9.0.33", "tomcat"] {
            let server = format!("{tomcat}/conf/server.xml");
            let page = format!("{tomcat}/webapps/ROOT/index.jsp");
            let layout = find(
                "x.zip",
                "top",
                &files(&[&server, &page, "osgi/core/a.jar"]),
                None,
            )
            .unwrap();
            assert_eq!(layout.tomcat.as_str(), tomcat);
            assert_eq!(
                layout.tomcat_version.as_deref(),
                tomcat.strip_prefix("tomcat-")
            );
            assert_eq!(
                layout.portal_kernel.as_str(),
                format!("{tomcat}/lib/ext/portal-kernel.jar")
            );
        }
    }

    #[test]
    fn the_core_of_7_4_lies_behind_the_shield() {
        let folder = "tomcat/webapps/ROOT/WEB-INF/shielded-container-lib";
        let paths = [
            "tomcat/conf/server.xml",
            "osgi/portal/a.jar",
            &format!("{folder}/portal-impl.jar"),
        ];
        let layout = find("x.7z", "top", &files(&paths), None).unwrap();
        assert_eq!(layout.portal_impl.as_str(), paths[2]);
        assert_eq!(
            layout.portal_kernel.as_str(),
            format!("{folder}/portal-kernel.jar")
        );
    }

    #[test]
    fn everything_else_is_refused_with_its_code() {
        let page = "tomcat/webapps/ROOT/index.jsp";
        let server = "tomcat/conf/server.xml";
        for (paths, code, text) in [
            (vec!["readme.txt"], codes::NOT_A_RELEASE, "webapps/ROOT"),
            (
                vec![page, "osgi/core/a.jar"],
                codes::NOT_A_RELEASE,
                "server.xml",
            ),
            (vec![page, server], codes::NOT_A_RELEASE, "no folder osgi"),
            (
                vec![page, server, "osgi/a", "other/webapps/ROOT/index.jsp"],
                codes::NOT_A_RELEASE,
                "several",
            ),
            (
                vec!["WEB-INF/web.xml", "index.jsp"],
                codes::NOT_A_RELEASE,
                "web application alone",
            ),
            (
                vec![
                    "liferay/tomcat/webapps/ROOT/index.jsp",
                    "liferay/osgi/core/a.jar",
                ],
                codes::NOT_A_RELEASE,
                "folder liferay",
            ),
            (
                vec![
                    "wildfly-11/standalone/deployments/ROOT.war/index.jsp",
                    "osgi/a",
                ],
                codes::LAYOUT_UNSUPPORTED,
                "WildFly",
            ),
        ] {
            let refused = find("x.zip", "", &files(&paths), None).unwrap_err();
            assert_eq!(refused.code, code, "{paths:?}");
            assert!(refused.message.contains(text), "{}", refused.message);
        }
    }
}
