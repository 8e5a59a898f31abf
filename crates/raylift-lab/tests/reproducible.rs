//! The same input gives the same archives.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

use raylift_lab::{Lab, ReleaseVersion, Scenario};

#[test]
fn an_archive_made_anew_has_the_same_bytes() {
    let lab = Lab::open(None).expect("lab");
    let scenario = Scenario::of(ReleaseVersion::Ga1Respin);
    let first = lab.release(&scenario).expect("release");
    let zip = std::fs::read(&first.zip).expect("zip");
    let tar_gz = std::fs::read(&first.tar_gz).expect("tar.gz");
    let scratch = lab.scratch().expect("folder");
    let second = lab
        .assemble_into(&scenario, &scratch.path().join("again"))
        .expect("release");
    assert!(std::fs::read(&second.zip).expect("zip") == zip);
    assert!(std::fs::read(&second.tar_gz).expect("tar.gz") == tar_gz);
}

#[test]
fn the_checksums_beside_an_archive_are_its_own() {
    use sha2::Digest;
    let lab = Lab::open(None).expect("lab");
    let paths = lab
        .release(&Scenario::of(ReleaseVersion::Ga2))
        .expect("release");
    for archive in [&paths.zip, &paths.tar_gz] {
        let bytes = std::fs::read(archive).expect("archive");
        let beside = |ending: &str| {
            std::fs::read_to_string(format!("{}.{ending}", archive.display())).expect("checksum")
        };
        let hexadecimal =
            |digest: &[u8]| -> String { digest.iter().map(|byte| format!("{byte:02x}")).collect() };
        assert_eq!(beside("sha512"), hexadecimal(&sha2::Sha512::digest(&bytes)));
        assert_eq!(beside("MD5"), hexadecimal(&md5::Md5::digest(&bytes)));
    }
}

#[test]
fn the_respin_differs_from_the_release_in_few_files() {
    let lab = Lab::open(None).expect("lab");
    let tree = |version| lab.release_tree(&Scenario::of(version)).expect("tree");
    let first = tree(ReleaseVersion::Ga1);
    let second = tree(ReleaseVersion::Ga1Respin);
    let different: Vec<&str> = second
        .iter()
        .filter(|(path, entry)| {
            let other = first.get(path).expect("the same paths");
            other.mode != entry.mode
                || other.bytes().expect("bytes") != entry.bytes().expect("bytes")
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        different,
        [
            "osgi/marketplace/Liferay CE Lab - Impl.lpkg",
            "tomcat-9.0.19/.githash",
            // The stand-in portal, which knows the name of its release.
            "tomcat-9.0.19/webapps/ROOT/WEB-INF/lib/portal-client.jar",
        ]
    );
    assert_eq!(first.iter().count(), second.iter().count());
}
