//! Everything of the real tree that no real part and no built piece provides: inert files with
//! true names.

use std::path::Path;

use crate::LabError;
use crate::jar;
use crate::lpkg::Packages;
use crate::manifest::Manifest;
use crate::scenario::{Layout, ReleaseVersion, Weight};
use crate::tree::Tree;

/// Paths of a real 7.2.1 home with size and, for summaries (`folder/**`), number of files.
const REAL_TREE: &str = include_str!("../data/tree-7.2.1.tsv");

/// The same of a real 7.4 home, whose folder `osgi` is not known.
const REAL_TREE_7_4: &str = include_str!("../data/tree-7.4.tsv");

/// Tomcat's folder in the real trees.
const REAL_TOMCATS: [&str; 2] = ["tomcat-9.0.17/", "tomcat-9.0.56/"];

/// JARs of Liferay's own, below Tomcat, that carry the headers of the release's build besides kernel
/// and impl, as in a real home.
pub(crate) fn with_build(version: ReleaseVersion) -> [&'static str; 5] {
    match version.layout() {
        Layout::Classic => [
            "lib/ext/support-tomcat.jar",
            "webapps/ROOT/WEB-INF/lib/util-bridges.jar",
            "webapps/ROOT/WEB-INF/lib/util-java.jar",
            "webapps/ROOT/WEB-INF/lib/util-slf4j.jar",
            "webapps/ROOT/WEB-INF/lib/util-taglib.jar",
        ],
        Layout::Shielded => [
            "webapps/ROOT/WEB-INF/lib/support-tomcat.jar",
            "webapps/ROOT/WEB-INF/shielded-container-lib/util-bridges.jar",
            "webapps/ROOT/WEB-INF/shielded-container-lib/util-java.jar",
            "webapps/ROOT/WEB-INF/shielded-container-lib/util-slf4j.jar",
            "webapps/ROOT/WEB-INF/shielded-container-lib/util-taglib.jar",
        ],
    }
}

/// `portal-impl.jar` and `portal-kernel.jar` below Tomcat.
pub(crate) fn core_jars(version: ReleaseVersion) -> [&'static str; 2] {
    match version.layout() {
        Layout::Classic => [
            "webapps/ROOT/WEB-INF/lib/portal-impl.jar",
            "lib/ext/portal-kernel.jar",
        ],
        Layout::Shielded => [
            "webapps/ROOT/WEB-INF/shielded-container-lib/portal-impl.jar",
            "webapps/ROOT/WEB-INF/shielded-container-lib/portal-kernel.jar",
        ],
    }
}

/// The shipped `.config` files with the lab's own content: name, text of GA1, text of GA2. GA1 has
/// no file where its text is empty. Names are the real ones; that one file differs between the
/// releases and one is new in GA2 is the lab's choice, so that there is something to compare.
const CONFIGS: [(&str, &str, &str); 10] = [
    (
        "com.liferay.document.library.document.conversion.internal.security.auth.verifier.image.request.module.configuration.ImageRequestAuthVerifierConfiguration-default.config",
        "enabled=B\"true\"\nurlsIncludes=\"/documents/*\"\n",
        "enabled=B\"true\"\nurlsIncludes=\"/documents/*\"\n",
    ),
    (
        "com.liferay.oauth2.provider.scope.internal.configuration.BundlePrefixHandlerFactoryConfiguration-default.config",
        "osgi.jaxrs.name=\"Default\"\n",
        "osgi.jaxrs.name=\"Default\"\n",
    ),
    (
        "com.liferay.oauth2.provider.scope.internal.configuration.ConfigurableScopeMapperConfiguration-default.config",
        "osgi.jaxrs.name=\"Default\"\npassthrough=B\"true\"\n",
        "osgi.jaxrs.name=\"Default\"\npassthrough=B\"true\"\n",
    ),
    (
        "com.liferay.organizations.internal.configuration.OrganizationTypeConfiguration-default.config",
        "name=\"organization\"\nrootable=B\"true\"\n",
        "name=\"organization\"\nrootable=B\"true\"\n",
    ),
    (
        "com.liferay.portal.security.auth.verifier.internal.basic.auth.header.configuration.BasicAuthHeaderAuthVerifierConfiguration-default.config",
        "enabled=B\"true\"\n",
        "enabled=B\"true\"\nurlsIncludes=\"/api/*\"\n",
    ),
    (
        "com.liferay.portal.security.auth.verifier.internal.portal.session.configuration.PortalSessionAuthVerifierConfiguration-default.config",
        "enabled=B\"true\"\nurlsIncludes=\"/api/json*\"\n",
        "enabled=B\"true\"\nurlsIncludes=\"/api/json*\"\n",
    ),
    (
        "com.liferay.portal.security.auth.verifier.internal.tunnel.configuration.TunnelAuthVerifierConfiguration-default.config",
        "enabled=B\"true\"\nhostsAllowed=\"127.0.0.1\"\n",
        "enabled=B\"true\"\nhostsAllowed=\"127.0.0.1\"\n",
    ),
    (
        "com.liferay.portal.vulcan.internal.configuration.VulcanConfiguration-bulk.config",
        "path=\"/bulk\"\n",
        "path=\"/bulk\"\n",
    ),
    (
        "org.apache.aries.jax.rs.jackson.config",
        "",
        "osgi.jaxrs.whiteboard.target=\"(jackson=true)\"\n",
    ),
    (
        "org.apache.aries.jax.rs.whiteboard.default.config",
        "default.application.base=\"/\"\n",
        "default.application.base=\"/\"\n",
    ),
];

/// Declares every LPKG of the real tree, so that none is missing.
pub(crate) fn declare_packages(packages: &mut Packages) -> Result<(), LabError> {
    for row in rows(REAL_TREE)? {
        if row.path.ends_with(".lpkg") {
            packages.declare(&row.path);
        }
    }
    Ok(())
}

/// Adds the shipped `.config` files of a release.
pub(crate) fn add_configs(version: ReleaseVersion, tree: &mut Tree) {
    for (name, first, second) in CONFIGS {
        let text = match version {
            ReleaseVersion::Ga1 | ReleaseVersion::Ga1Respin => first,
            ReleaseVersion::Ga2 | ReleaseVersion::Ga7 | ReleaseVersion::Ga41 => second,
        };
        if !text.is_empty() {
            tree.add_bytes(format!("osgi/configs/{name}"), text);
        }
    }
}

/// Adds the files at the top by which a release of late 7.4 is known (layout-and-artifacts, 1.1).
pub(crate) fn add_markers(version: ReleaseVersion, commit: &str, tree: &mut Tree) {
    if version.layout() == Layout::Shielded {
        tree.add_bytes(".githash", commit);
        tree.add_bytes(".liferay-home", "");
        tree.add_bytes(".liferay-version", format!("{}\n", version.directory()));
    }
}

/// Adds an inert file at every path of the real tree that the tree does not have yet. `build` are
/// the headers of the release's build.
pub(crate) fn add(
    version: ReleaseVersion,
    build: &[(String, String)],
    weight: Weight,
    tree: &mut Tree,
) -> Result<(), LabError> {
    let tomcat = version.tomcat_folder();
    let real = match version.layout() {
        Layout::Classic => REAL_TREE,
        Layout::Shielded => REAL_TREE_7_4,
    };
    for row in rows(real)? {
        let in_tomcat = REAL_TOMCATS
            .iter()
            .find_map(|folder| row.path.strip_prefix(folder));
        let path = match in_tomcat {
            // Tomcat's own files come from the distribution, of another version.
            Some(inner) if row.is_of_tomcat_itself(inner) => continue,
            Some(inner) => format!("{tomcat}/{inner}"),
            None if row.path.starts_with("osgi/configs/") => continue,
            None => row.path.clone(),
        };
        if let Some(folder) = path.strip_suffix("/**") {
            add_summary(folder, &row, tree);
        } else if tree.get(&path).is_none() {
            let size = row.size.filter(|_| weight == Weight::Real);
            tree.add_bytes(&path, content(version, &path, build, size)?);
        }
    }
    for path in beyond_the_trees(version) {
        tree.add_bytes(*path, content(version, path, build, None)?);
    }
    tree.add_folder("deploy");
    Ok(())
}

/// A file of the search engine that 7.3 and later carry, and one of the WAR plug-ins of 7.4; which files they have is
/// not known.
fn beyond_the_trees(version: ReleaseVersion) -> &'static [&'static str] {
    match version {
        ReleaseVersion::Ga1 | ReleaseVersion::Ga1Respin | ReleaseVersion::Ga2 => &[],
        ReleaseVersion::Ga7 => &["elasticsearch7/lib/elasticsearch.jar"],
        ReleaseVersion::Ga41 => &[
            "elasticsearch-sidecar/lib/elasticsearch.jar",
            "osgi/portal-war/classic-theme.war",
        ],
    }
}

/// The files of a folder of which only number and total size are known; their names are the lab's.
fn add_summary(folder: &str, row: &Row, tree: &mut Tree) {
    let each = row.size.unwrap_or(0) / row.files.max(1);
    let line = "inert file of the lab\n";
    let repetitions = usize::try_from(each).unwrap_or(0) / line.len();
    for number in 1..=row.files {
        tree.add_bytes(
            format!("{folder}/lab-{number:03}.txt"),
            line.repeat(repetitions.max(1)),
        );
    }
}

fn content(
    version: ReleaseVersion,
    path: &str,
    build: &[(String, String)],
    size: Option<u64>,
) -> Result<Vec<u8>, LabError> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    Ok(match ending {
        "jar" | "war" => {
            let mut manifest = Manifest::default();
            manifest.set("Created-By", "raylift-lab");
            if with_build(version).iter().any(|one| path.ends_with(one)) {
                for (attribute, value) in build {
                    manifest.set(attribute, value);
                }
            }
            jar::inert(Path::new(name), &manifest, &[], size)?
        }
        "xml" | "xmi" | "wsdd" => b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<lab/>\n".to_vec(),
        // Tomcat takes this page for `/`; Liferay's own one leads to the home page as well.
        "jsp" if name == "index.jsp" => b"<jsp:forward page=\"/c/portal/layout\" />\n".to_vec(),
        "jsp" => b"<%-- inert page of the lab --%>\n".to_vec(),
        _ => b"inert file of the lab\n".to_vec(),
    })
}

struct Row {
    path: String,
    size: Option<u64>,
    files: u64,
}

impl Row {
    fn is_of_tomcat_itself(&self, inner: &str) -> bool {
        !inner.starts_with("webapps/") && !inner.starts_with("lib/ext/")
    }
}

fn rows(real: &str) -> Result<Vec<Row>, LabError> {
    real.lines()
        .enumerate()
        .skip(1)
        .map(|(index, line)| {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields.as_slice() {
                [path, size, files] => Ok(Row {
                    path: (*path).to_owned(),
                    size: size.parse().ok(),
                    files: files.parse().unwrap_or(0),
                }),
                _ => Err(LabError::data(
                    "tree of a real home",
                    index + 1,
                    "expected three columns",
                )),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_knows_every_shipped_configuration_of_the_real_tree() {
        let real: Vec<String> = rows(REAL_TREE)
            .expect("rows")
            .into_iter()
            .filter_map(|row| row.path.strip_prefix("osgi/configs/").map(str::to_owned))
            .collect();
        let mut own: Vec<&str> = CONFIGS.iter().map(|(name, _, _)| *name).collect();
        own.sort_unstable();
        assert_eq!(own, real);
    }
}
