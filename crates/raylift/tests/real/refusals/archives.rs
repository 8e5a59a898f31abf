//! Archives that are no good release.

use std::path::{Path, PathBuf};
use std::process::Command;

use raylift_lab::{ReleaseVersion, Scenario};

use super::{refused, update_to};
use crate::harness::{TestSite, lab, release};

/// Makes small archives that no tool would make by mistake. `sys.argv`: kind and file.
const MAKER: &str = r#"
import io, sys, tarfile, warnings, zipfile
kind, file = sys.argv[1:]
warnings.simplefilter("ignore")
top = "liferay-ce-portal-7.2.1-ga2/"
if file.endswith(".zip"):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        if kind == "other": out.writestr("readme/README.txt", "not a portal")
        if kind == "dots": out.writestr(top + "../../outside", "x")
        if kind == "absolute": out.writestr("/outside", "x")
        if kind == "twice": [out.writestr(top + "osgi/twice", text) for text in "ab"]
        if kind == "bomb":
            with out.open(top + "osgi/bomb", "w", force_zip64=True) as entry:
                for _ in range(3 << 10): entry.write(bytes(1 << 20))
        if kind == "link":
            link = zipfile.ZipInfo(top + "osgi/link"); link.create_system = 3; link.external_attr = 0o120777 << 16
            out.writestr(link, "../../../outside")
else:
    with tarfile.open(file, "w:gz") as out:
        def add(name, **more):
            entry = tarfile.TarInfo(name)
            for key, value in more.items(): setattr(entry, key, value)
            entry.size = 0 if more else 1
            out.addfile(entry, None if more else io.BytesIO(b"x"))
        if kind == "dots": add(top + "../../outside")
        if kind == "absolute": add("/outside")
        if kind == "twice": add(top + "osgi/twice"); add(top + "osgi/twice")
        if kind == "link": add(top + "osgi/link", type=tarfile.SYMTYPE, linkname="../../../outside")
"#;

/// Every case on a serving site.
pub(super) fn all(site: &TestSite) {
    let folder = lab().scratch().expect("a scratch folder");
    let good = release(ReleaseVersion::Ga2);
    let tar = lab()
        .release(&Scenario::of(ReleaseVersion::Ga2))
        .expect("the lab assembles the release")
        .tar_gz;
    for (whole, name) in [(&good, "cut.zip"), (&tar, "cut.tar.gz")] {
        let cut = folder.path().join(name);
        let bytes = std::fs::read(whole).expect("the archive is read");
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("half of it is written");
        refused(
            site,
            &format!("{name} is cut short"),
            "RL0201",
            update_to(site, &cut),
        );
    }
    let wrong = folder.path().join("wrong.zip");
    std::fs::hard_link(&good, &wrong)
        .or_else(|_| std::fs::copy(&good, &wrong).map(drop))
        .expect("the archive is copied");
    std::fs::write(folder.path().join("wrong.zip.sha512"), "0".repeat(128)).expect("a checksum");
    refused(
        site,
        "the checksum is wrong",
        "RL0202",
        update_to(site, &wrong),
    );
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    refused(site, "an empty folder", "RL0203", update_to(site, &empty));
    let text = folder.path().join("text.zip");
    std::fs::write(&text, "this is no archive").expect("a file");
    refused(
        site,
        "a text with the name of an archive",
        "RL0201",
        update_to(site, &text),
    );
    for (kind, name, code) in [
        ("other", "a.zip", "RL0203"),
        ("dots", "a.zip", "RL0204"),
        ("dots", "a.tar.gz", "RL0204"),
        ("absolute", "a.zip", "RL0204"),
        ("absolute", "a.tar.gz", "RL0204"),
        ("link", "a.zip", "RL0204"),
        ("link", "a.tar.gz", "RL0204"),
        ("twice", "a.zip", "RL0205"),
        ("twice", "a.tar.gz", "RL0205"),
        ("bomb", "a.zip", "RL0206"),
    ] {
        let archive = made(folder.path(), kind, name);
        refused(
            site,
            &format!("{kind} in {name}"),
            code,
            update_to(site, &archive),
        );
        assert!(
            !folder.path().join("outside").exists(),
            "{kind} in {name} stays inside"
        );
    }
    let same = release(ReleaseVersion::Ga1);
    refused(
        site,
        "the installed release",
        "RL0208",
        update_to(site, &same),
    );
    let same = same.to_str().expect("UTF-8");
    site.raylift(&["plan", same, "--same-release"]).assert(0);
    let none = folder.path().join("none.zip");
    refused(site, "no such archive", "RL0213", update_to(site, &none));
    site.raylift(&["update", "--yes"]).assert(2);
    site.raylift(&["uptade"]).assert(2);
}

fn made(folder: &Path, kind: &str, name: &str) -> PathBuf {
    let file = folder.join(format!("{kind}-{name}"));
    let made = Command::new("python3")
        .args(["-c", MAKER, kind])
        .arg(&file)
        .status()
        .expect("python3 runs");
    assert!(made.success());
    file
}
