//! The assembled releases against the names of a real 7.2.1 home.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use raylift_lab::{Lab, ReleaseVersion, Scenario, Tree};
use zip::ZipArchive;

/// Paths and sizes of a real home, see `data/`.
const REAL_TREE: &str = include_str!("../data/tree-7.2.1.tsv");

/// The same of a real 7.4 home of April 2022, without its folder `osgi`.
const REAL_TREE_7_4: &str = include_str!("../data/tree-7.4.tsv");

/// Files of the lab's 7.4.3.41 that the real 7.4 tree does not have.
const ADDITIONAL_7_4: [(&str, &str); 3] = [
    (".liferay-version", "bundles of late 7.4"),
    (
        "{tomcat}/webapps/ROOT/WEB-INF/shielded-container-lib/com.liferay.portal.log4j.jar",
        "the bill of materials of 7.4.3.41 names it",
    ),
    (
        "{tomcat}/webapps/ROOT/WEB-INF/shielded-container-lib/easyconf.jar",
        "Liferay's core reads properties with it; the real home has it inside a JAR that cannot be had",
    ),
];

/// Its bundles.
const REAL_MODULES: &str = include_str!("../data/modules-7.2.1.tsv");

/// Files of the real tree that the lab's 7.2.1 does not have.
const MISSING: [(&str, &str); 1] = [(
    "{tomcat}/lib/ecj-4.9.jar",
    "compiler of Tomcat 9.0.17; 9.0.33 has a later one",
)];

/// Files of the lab's 7.2.1 that the real tree does not have.
const ADDITIONAL: [(&str, &str); 10] = [
    ("{tomcat}/lib/catalina-ssi.jar", "Tomcat 9.0.33"),
    ("{tomcat}/lib/ecj-4.13.jar", "Tomcat 9.0.33"),
    (
        "{tomcat}/webapps/ROOT/WEB-INF/lib/easyconf.jar",
        "Liferay's core reads properties with it; the real home has it inside a JAR that cannot be had",
    ),
    (
        "osgi/marketplace/Liferay CE Lab - Impl.lpkg",
        "the lab's working modules",
    ),
    (TOOLS[0], SNAPSHOT),
    (TOOLS[1], SNAPSHOT),
    (TOOLS[2], SNAPSHOT),
    (TOOLS[3], SNAPSHOT),
    (TOOLS[4], SNAPSHOT),
    (TOOLS[5], SNAPSHOT),
];

const TOOLS: [&str; 6] = [
    "tools/portal-tools-db-upgrade-client/app-server.properties",
    "tools/portal-tools-db-upgrade-client/com.liferay.portal.tools.db.upgrade.client.jar",
    "tools/portal-tools-db-upgrade-client/db_upgrade.bat",
    "tools/portal-tools-db-upgrade-client/db_upgrade.sh",
    "tools/portal-tools-db-upgrade-client/portal-upgrade-database.properties",
    "tools/portal-tools-db-upgrade-client/portal-upgrade-ext.properties",
];

const SNAPSHOT: &str = "the snapshot of the real home left this folder out";

fn tree(version: ReleaseVersion) -> Tree {
    let lab = Lab::open(None).expect("lab");
    lab.release_tree(&Scenario::of(version)).expect("tree")
}

/// Paths with the Tomcat folder's name made equal, and files of summarised folders counted only.
fn names(tree: &Tree, tomcat: &str, summaries: &BTreeMap<String, usize>) -> BTreeSet<String> {
    tree.iter()
        .filter(|(_, entry)| entry.source != raylift_lab::Source::Folder)
        .map(|(path, _)| path.replace(tomcat, "{tomcat}/"))
        .filter(|path| !summaries.keys().any(|folder| path.starts_with(folder)))
        .collect()
}

/// Paths of a real tree with the Tomcat folder's name made equal, and numbers of files.
fn real_rows(real: &'static str) -> impl Iterator<Item = (String, usize)> {
    real.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let path = ["tomcat-9.0.17/", "tomcat-9.0.56/"]
            .iter()
            .fold(fields[0].to_owned(), |path, tomcat| {
                path.replace(tomcat, "{tomcat}/")
            });
        (path, fields[2].parse().unwrap_or(0))
    })
}

/// Compares the names of an assembled release with those of a real home, apart from the folders `unknown` in that one.
fn compare(
    version: ReleaseVersion,
    real_tree: &'static str,
    missing_here: &[(&str, &str)],
    additional_here: &[(&str, &str)],
    unknown: &[&str],
) {
    let tree = tree(version);
    let tomcat = format!("{}/", version.tomcat_folder());
    let summaries: BTreeMap<String, usize> = real_rows(real_tree)
        .filter_map(|(path, count)| Some((path.strip_suffix("**")?.to_owned(), count)))
        .collect();
    let real: BTreeSet<String> = real_rows(real_tree)
        .map(|(path, _)| path)
        .filter(|path| !path.ends_with("/**"))
        .collect();
    let mut own = names(&tree, &tomcat, &summaries);
    own.retain(|path| !unknown.iter().any(|folder| path.starts_with(folder)));
    let of = |list: &[(&str, &str)]| -> BTreeSet<String> {
        list.iter().map(|(path, _)| (*path).to_owned()).collect()
    };
    let missing: BTreeSet<String> = real.difference(&own).cloned().collect();
    let additional: BTreeSet<String> = own.difference(&real).cloned().collect();
    assert_eq!(missing, of(missing_here));
    assert_eq!(additional, of(additional_here));
    for (folder, count) in summaries {
        let inside = folder.replace("{tomcat}/", &tomcat);
        let found = tree
            .iter()
            .filter(|(path, _)| path.starts_with(&inside))
            .count();
        assert_eq!(found, count, "files in {folder}");
    }
}

#[test]
fn the_newer_release_has_the_names_of_the_real_tree() {
    compare(ReleaseVersion::Ga2, REAL_TREE, &MISSING, &ADDITIONAL, &[]);
}

#[test]
fn the_release_of_7_4_has_the_names_of_the_real_tree() {
    compare(
        ReleaseVersion::Ga41,
        REAL_TREE_7_4,
        &[],
        &ADDITIONAL_7_4,
        &["osgi/", "elasticsearch-sidecar/"],
    );
}

/// Entry names by LPKG.
fn bundles(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    tree.iter()
        .filter(|(path, _)| path.ends_with(".lpkg"))
        .map(|(path, entry)| {
            let bytes = entry.bytes().expect("bytes").into_owned();
            let archive = ZipArchive::new(Cursor::new(bytes)).expect("LPKG");
            let names = archive
                .file_names()
                .map(|name| name.expect("name").into_owned())
                .filter(|name| name != "liferay-marketplace.properties")
                .collect();
            (path.to_owned(), names)
        })
        .collect()
}

#[test]
fn the_newer_release_has_the_bundles_of_the_real_home() {
    let own = bundles(&tree(ReleaseVersion::Ga2));
    let mut missing = Vec::new();
    let mut seen = 0;
    for line in REAL_MODULES.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if let Some(entries) = own.get(fields[0]) {
            seen += 1;
            if !entries.contains(fields[1]) {
                missing.push(fields[1]);
            }
        }
    }
    assert_eq!(seen, 625);
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_older_release_has_the_versions_of_its_bill_of_materials() {
    let own = bundles(&tree(ReleaseVersion::Ga1));
    let blogs = &own["osgi/marketplace/Liferay CE Collaboration - Liferay CE Blogs - Impl.lpkg"];
    // release.portal.bom 7.2.0 names com.liferay.blogs.service 3.0.8; the real 7.2.1 home has 3.0.21.
    let service: Vec<&String> = blogs
        .iter()
        .filter(|name| name.starts_with("com.liferay.blogs.service-"))
        .collect();
    assert_eq!(service, ["com.liferay.blogs.service-3.0.8.jar"]);
    // Not in that bill of materials: it came with 7.2.1.
    assert!(
        !own.values()
            .flatten()
            .any(|name| name.starts_with("com.liferay.layout.seo.api-"))
    );
}

#[test]
fn kernel_and_core_are_the_real_ones() {
    let cases = [
        (ReleaseVersion::Ga1, "7200"),
        (ReleaseVersion::Ga2, "7201"),
        (ReleaseVersion::Ga7, "7310"),
    ];
    for (version, build) in cases {
        let tree = tree(version);
        let tomcat = version.tomcat_folder();
        for path in [
            "lib/ext/portal-kernel.jar",
            "lib/ext/support-tomcat.jar",
            "webapps/ROOT/WEB-INF/lib/portal-impl.jar",
            "webapps/ROOT/WEB-INF/lib/util-bridges.jar",
            "webapps/ROOT/WEB-INF/lib/util-java.jar",
        ] {
            let entry = tree
                .get(&format!("{tomcat}/{path}"))
                .unwrap_or_else(|| panic!("no {path}"));
            let bytes = entry.bytes().expect("bytes").into_owned();
            let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("JAR");
            let mut manifest = String::new();
            archive
                .by_name("META-INF/MANIFEST.MF")
                .expect("manifest")
                .read_to_string(&mut manifest)
                .expect("text");
            let header = format!("Liferay-Portal-Build-Number: {build}\r\n");
            assert!(manifest.contains(&header), "{version:?} {path}");
        }
    }
}
