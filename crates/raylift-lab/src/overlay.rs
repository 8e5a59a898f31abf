//! The table that says where real parts and built pieces lie in a release.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::lpkg::Packages;
use crate::scenario::ReleaseScenario;
use crate::tree::Tree;

/// A file of the cache and its place in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The file in the cache.
    pub(crate) file: PathBuf,
    /// Path below the top folder; `X.lpkg!/name` for something inside an LPKG.
    pub(crate) place: String,
}

/// The parts and built pieces of a release, from `index.tsv` of the Java build: release, file
/// (relative to `folder`, or absolute), place. A release `7.2.1+extra` names a piece that is in
/// 7.2.1 only when the scenario asks for `extra`.
pub(crate) fn read(
    folder: &Path,
    release: &ReleaseScenario,
    tomcat: &str,
) -> Result<Vec<Placed>, LabError> {
    Ok(rows(&folder.join("index.tsv"))?
        .into_iter()
        .filter(|row| row.applies_to(release))
        .map(|row| Placed {
            file: folder.join(&row.name),
            place: row.place.replace("{tomcat}", tomcat),
        })
        .collect())
}

/// Puts files at their places: into an LPKG, or into the tree.
pub(crate) fn apply(placed: &[Placed], tree: &mut Tree, packages: &mut Packages) {
    for Placed { file, place } in placed {
        match place.split_once("!/") {
            Some((package, entry)) => packages.put(package, entry, file),
            None => tree.add_file(place.clone(), file),
        }
    }
}

struct Row {
    release: String,
    name: String,
    place: String,
}

impl Row {
    fn applies_to(&self, release: &ReleaseScenario) -> bool {
        match self.release.split_once('+') {
            Some((version, extra)) => {
                version == release.version.name()
                    && release.extra.iter().any(|one| one.name() == extra)
            }
            None => self.release == release.version.name(),
        }
    }
}

fn rows(table: &Path) -> Result<Vec<Row>, LabError> {
    let text = std::fs::read_to_string(table).map_err(LabError::io("read", table))?;
    let name = table
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut rows = Vec::new();
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [release, source, place] = fields.as_slice() else {
            return Err(LabError::data(&name, index + 1, "expected three columns"));
        };
        let key = ((*release).to_owned(), (*place).to_owned());
        if let Some(earlier) = places.insert(key, index + 1) {
            return Err(LabError::data(
                &name,
                index + 1,
                format!("the same place as in line {earlier}"),
            ));
        }
        rows.push(Row {
            release: (*release).to_owned(),
            name: (*source).to_owned(),
            place: (*place).to_owned(),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{ExtraModule, ReleaseVersion};

    #[test]
    fn two_files_at_one_place_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let table = folder.path().join("index.tsv");
        std::fs::write(
            &table,
            "# x\n7.2.1\ta.jar\tlib/x.jar\n7.2.1\tb.jar\tlib/x.jar\n",
        )
        .expect("write");
        assert!(matches!(rows(&table), Err(LabError::Data { line: 3, .. })));
    }

    #[test]
    fn rows_apply_by_release_and_extra() {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(
            folder.path().join("index.tsv"),
            "7.2.0b\ta.jar\t{tomcat}/lib/a.jar\n7.2.1\t/parts/b.jar\tX.lpkg!/b-1.0.0.jar\n\
             7.2.1+throwing\tc.jar\tX.lpkg!/c-1.0.0.jar\n",
        )
        .expect("write");
        let of = |version, extra: &[ExtraModule]| {
            let release = ReleaseScenario {
                version,
                extra: extra.to_vec(),
                ..ReleaseScenario::default()
            };
            read(folder.path(), &release, "tomcat-9").expect("pieces")
        };
        let respin = of(ReleaseVersion::Ga1Respin, &[ExtraModule::Throwing]);
        assert_eq!(respin.len(), 1);
        assert_eq!(respin[0].place, "tomcat-9/lib/a.jar");
        assert_eq!(respin[0].file, folder.path().join("a.jar"));
        assert_eq!(
            of(ReleaseVersion::Ga2, &[])[0].file,
            Path::new("/parts/b.jar")
        );
        assert_eq!(of(ReleaseVersion::Ga2, &[ExtraModule::Throwing]).len(), 2);
    }
}
