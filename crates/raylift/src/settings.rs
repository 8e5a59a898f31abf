//! Finds the home and reads `raylift.toml`.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::settings::Settings;

use crate::problem::Problem;

/// Where the site is, and what its owner set.
pub(crate) struct SiteArgument {
    /// The home as given.
    pub(crate) home: PathBuf,
    /// The settings.
    pub(crate) settings: Settings,
}

const NAME: &str = "raylift.toml";

/// Resolves `--site`: a home, a folder with a `raylift.toml`, or that file itself.
pub(crate) fn resolve(given: Option<&Path>) -> Result<SiteArgument, Problem> {
    let given = given.unwrap_or_else(|| Path::new("."));
    let absolute =
        std::path::absolute(given).map_err(|error| Problem::file("resolve", given, &error))?;
    let (home, file) = if absolute.is_file() {
        (
            absolute
                .parent()
                .map_or_else(|| absolute.clone(), Path::to_path_buf),
            Some(absolute),
        )
    } else {
        let file = absolute.join(NAME);
        let file = file.is_file().then_some(file);
        (absolute, file)
    };
    let mut settings = match &file {
        Some(file) => read(file)?,
        None => Settings::default(),
    };
    settings.state = settings.state.map(|state| home.join(state));
    let backup = &mut settings.backup;
    for path in [&mut backup.repository, &mut backup.key_file] {
        *path = path.take().map(|path| home.join(path));
    }
    Ok(SiteArgument { home, settings })
}

fn read(file: &Path) -> Result<Settings, Problem> {
    // What another file holds is not shown, and nobody is told to move it.
    let is_meant = file.file_name().is_some_and(|name| name == NAME);
    let unreadable = |message: String| {
        let next = match is_meant {
            true => "Correct the file, or move it away to use the defaults.".to_owned(),
            false => format!(
                "Correct the file where it is meant; else name the site's folder, or its {NAME}, with --site."
            ),
        };
        Problem::refused(codes::SETTINGS_UNREADABLE, message, next)
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| unreadable(format!("cannot read {}: {error}", file.display())))?;
    let settings: Settings = toml::from_str(&text).map_err(|error| {
        unreadable(match is_meant {
            true => format!("{}: {error}", file.display()),
            false => format!(
                "{} cannot be read as {NAME}{}",
                file.display(),
                place(&text, error.span())
            ),
        })
    })?;
    let places = [
        ("state", settings.state.is_some()),
        ("backup.repository", settings.backup.repository.is_some()),
        ("backup.key_file", settings.backup.key_file.is_some()),
    ];
    if let Some((name, _)) = places.iter().find(|(_, set)| *set)
        && is_of_somebody_else(file)
    {
        return Err(unreadable(format!(
            "{} sets {name} and does not belong to root; as root raylift does not write where another user says",
            file.display()
        )));
    }
    if settings.database.admin_password_file.is_some() && is_of_somebody_else(file) {
        return Err(unreadable(format!(
            "{} sets admin_password_file and does not belong to root; as root raylift does not read what another user says",
            file.display()
        )));
    }
    if settings.restore_point.command.is_some() && is_of_somebody_else(file) {
        return Err(unreadable(format!(
            "{} sets a command of [restore_point] and does not belong to root; as root raylift does not run as root what another user says",
            file.display()
        )));
    }
    match settings.config_version {
        None | Some(1) => Ok(settings),
        Some(other) => Err(unreadable(format!(
            "{}: config_version {other} is of a newer raylift; this one knows 1",
            file.display()
        ))),
    }
}

/// Line and column where something begins, counted from 1.
fn place(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else {
        return String::new();
    };
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|sign| *sign != '\n')
        .count()
        + 1;
    format!(": line {line}, column {column}")
}

/// True for root and a file that another user can write.
fn is_of_somebody_else(file: &Path) -> bool {
    raylift_host::users::current_uid() == 0
        && std::fs::metadata(file).is_ok_and(|stat| stat.uid() != 0 || stat.mode() & 0o022 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_neither_shown_nor_moved_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passwd");
        for (content, said) in [
            (
                &b"root:x:0:0:hunter2\n"[..],
                "cannot be read as raylift.toml: line 1, column 19",
            ),
            (
                b"# \xc3\xa4\n[server]\nstart = 'x'\n  hunter2 = 1\n",
                "cannot be read as raylift.toml: line 4, column 3",
            ),
            (&[0xff, 0xfe], "passwd: stream did not contain valid UTF-8"),
        ] {
            std::fs::write(&file, content).unwrap();
            let problem = resolve(Some(&file)).err().unwrap();
            assert_eq!(problem.code, codes::SETTINGS_UNREADABLE);
            assert!(problem.message.ends_with(said), "{problem:?}");
            assert!(problem.next.contains("the site's folder"), "{problem:?}");
            assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        }
    }

    #[test]
    fn unknown_keys_and_versions_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        for text in ["config_version = 2", "[server]\nstrat = \"x\"", "nonsense"] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(
                resolve(Some(folder.path())).err().unwrap().code,
                codes::SETTINGS_UNREADABLE,
                "{text}"
            );
        }
        std::fs::write(&file, "[upgrade]\nconsole = \"localhost:1\"").unwrap();
        let found = resolve(Some(&file)).ok().unwrap();
        assert_eq!(found.home, folder.path());
        assert_eq!(
            found.settings.upgrade.console.as_deref(),
            Some("localhost:1")
        );
    }
}
