//! Archives made by the programs that release engineers use.

use std::path::Path;
use std::process::Command;

use crate::{Entries, read};

fn tree(folder: &Path) -> Entries {
    let top = folder.join("liferay-ce-portal-7.2.1-ga2");
    let deep = top.join("osgi").join("a".repeat(120)).join("b".repeat(120));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("größe.jar"), vec![7; 100_000]).unwrap();
    std::fs::write(top.join(".liferay-home"), "").unwrap();
    std::fs::write(top.join("setenv.sh"), "export A=b\n").unwrap();
    let made = Command::new("chmod")
        .arg("750")
        .arg(top.join("setenv.sh"))
        .status()
        .unwrap();
    assert!(made.success());
    read(folder).unwrap()
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .status()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(status.success(), "{program}");
}

#[test]
fn gnu_tar_in_all_its_formats() {
    let folder = tempfile::tempdir().unwrap();
    let tree_folder = folder.path().join("tree");
    std::fs::create_dir(&tree_folder).unwrap();
    let expected = tree(&tree_folder);
    for format in ["gnu", "pax"] {
        let archive = folder.path().join(format!("{format}.tar.gz"));
        let format = format!("--format={format}");
        run(
            "tar",
            &["-czf", &archive.display().to_string(), &format, "."],
            &tree_folder,
        );
        assert_eq!(read(&archive).unwrap(), expected, "{format}");
    }
}

#[test]
fn pythons_zipfile() {
    let folder = tempfile::tempdir().unwrap();
    let tree_folder = folder.path().join("tree");
    std::fs::create_dir(&tree_folder).unwrap();
    let expected = tree(&tree_folder);
    let archive = folder.path().join("a.zip");
    run(
        "python3",
        &[
            "-m",
            "zipfile",
            "-c",
            &archive.display().to_string(),
            "liferay-ce-portal-7.2.1-ga2",
        ],
        &tree_folder,
    );
    assert_eq!(read(&archive).unwrap(), expected);
}
