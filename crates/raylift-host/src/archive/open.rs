//! Finds out what a release is given as.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::ReleaseForm;
use raylift_survey::source::{ReleaseSource, SourceError, Visitor};

use super::checksums::{self, Sums};
use super::fault;
use super::folder::Folder;
use super::limits::Limits;
use super::{seven_z, tar_gz, zip};
use crate::cache::{Cache, Settled};

/// Opens a release without a cache: every digest is computed from the bytes that lie there now.
///
/// # Errors
/// Those of [`open_with`].
pub fn open(path: &Path) -> Result<Box<dyn ReleaseSource>, SourceError> {
    open_with(path, None)
}

/// Opens a release: a folder, or an archive told by its first bytes (zip: APPNOTE.TXT 4.3.7; gzip: RFC 1952 2.3.1;
/// 7z: `7zFormat.txt`). A name that promises an archive makes an empty or foreign file a damaged archive.
///
/// With a cache, the digests of an archive that looks as it did when they were taken are those that were remembered.
///
/// # Errors
/// `RL0213` when there is nothing; `RL0203` when it is nothing that could be a release; `RL0201` when it cannot be read. The entries of
/// an archive are judged by [`ReleaseSource::visit`], not here.
pub fn open_with(
    path: &Path,
    cache: Option<&Cache>,
) -> Result<Box<dyn ReleaseSource>, SourceError> {
    let place = std::path::absolute(path).map_err(|error| fault::unreadable(path, error))?;
    let clock = cache.map_or(SystemTime::now as fn() -> SystemTime, Cache::clock);
    let metadata = match std::fs::metadata(&place) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SourceError {
                code: codes::NO_SUCH_RELEASE,
                message: format!("there is no file or folder {}", place.display()),
                source: Some(error.into()),
            });
        }
        Err(error) => return Err(fault::unreadable(&place, error)),
    };
    if metadata.is_dir() {
        return Ok(Box::new(Folder::new(place, clock)));
    }
    if !metadata.is_file() {
        return Err(not_a_release(
            &place,
            "this is neither a file nor a folder",
            None,
        ));
    }
    let settled =
        Settled::look(&place, clock()).map_err(|error| fault::unreadable(&place, error))?;
    let form = match (form_by_content(&place)?, form_by_name(&place)) {
        (Some(form), _) => form,
        (None, Some(_)) => {
            return Err(fault::damaged(
                &place,
                "it does not begin like an archive of that name",
                std::io::Error::from(std::io::ErrorKind::InvalidData),
            ));
        }
        (None, None) => {
            return Err(not_a_release(
                &place,
                "this is neither a .zip, .tar.gz or .7z archive nor a folder",
                None,
            ));
        }
    };
    Ok(Box::new(Archive {
        cache: cache.cloned(),
        settled,
        place,
        form,
        sums: OnceLock::new(),
    }))
}

/// A whole disk is not read to find out that it is no release: what a release has at its top is looked for first, and
/// what the survey knows to be a part of one. The survey judges the rest.
///
/// # Errors
/// `RL0203` for a folder that cannot be one; `RL0201` when it cannot be read.
pub fn refuse_other_folder(path: &Path) -> Result<(), SourceError> {
    let place = &std::path::absolute(path).map_err(|error| fault::unreadable(path, error))?;
    let unreadable = |error| fault::unreadable(place, error);
    if !place.is_dir() {
        return Ok(());
    }
    let is_part = place.join("WEB-INF").is_dir()
        || (place.join("core").is_dir() && place.join("marketplace").is_dir());
    if is_part || has_server(place).map_err(unreadable)? {
        return Ok(());
    }
    let missing = "it is not a Liferay release: no folder with webapps/ROOT was found at its top";
    let entries = std::fs::read_dir(place).map_err(unreadable)?;
    // An archive that was unpacked has its folder inside.
    let mut folders = entries.flatten().map(|entry| entry.path());
    let inner = folders.find(|folder| has_server(folder).unwrap_or(false));
    let detail = match inner {
        Some(inner) => format!(
            "{missing} (a release seems to lie in its folder {})",
            inner.file_name().unwrap_or_default().to_string_lossy()
        ),
        None => missing.to_owned(),
    };
    Err(not_a_release(place, &detail, None))
}

/// A folder with the web application of Tomcat, or with that of WildFly, of which the survey has words of its own.
fn has_server(place: &Path) -> std::io::Result<bool> {
    for entry in std::fs::read_dir(place)? {
        let path = entry?.path();
        if ["webapps/ROOT", "standalone/deployments"]
            .iter()
            .any(|name| path.join(name).is_dir())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn not_a_release(place: &Path, detail: &str, source: Option<std::io::Error>) -> SourceError {
    SourceError {
        code: codes::NOT_A_RELEASE,
        message: format!("{}: {detail}", place.display()),
        source: source.map(Into::into),
    }
}

fn form_by_content(place: &Path) -> Result<Option<ReleaseForm>, SourceError> {
    let mut start = Vec::new();
    File::open(place)
        .and_then(|file| file.take(6).read_to_end(&mut start))
        .map_err(|error| fault::unreadable(place, error))?;
    Ok(match start.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(ReleaseForm::Zip),
        [0x1f, 0x8b, 8, ..] => Some(ReleaseForm::TarGz),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c] => Some(ReleaseForm::SevenZ),
        _ => None,
    })
}

fn form_by_name(place: &Path) -> Option<ReleaseForm> {
    let name = place.file_name()?.to_string_lossy().to_lowercase();
    let ends = |ending: &str| name.ends_with(ending);
    if ends(".zip") {
        Some(ReleaseForm::Zip)
    } else if ends(".tar.gz") || ends(".tgz") {
        Some(ReleaseForm::TarGz)
    } else if ends(".7z") {
        Some(ReleaseForm::SevenZ)
    } else {
        None
    }
}

/// A release in one file.
struct Archive {
    cache: Option<Cache>,
    /// How the file looked before anything was read; `None` when it had been changed a moment before.
    settled: Option<Settled>,
    place: PathBuf,
    form: ReleaseForm,
    sums: OnceLock<Sums>,
}

impl Archive {
    fn sums(&self) -> Result<&Sums, SourceError> {
        match self.sums.get() {
            Some(sums) => Ok(sums),
            None => {
                let memory = self.cache.as_ref().zip(self.settled.as_ref());
                let known = memory.and_then(|(cache, settled)| cache.hashes(&self.place, settled));
                let (sums, hashes) = checksums::sums(&self.place, known.as_ref())?;
                if let Some((cache, settled)) = memory
                    && known.as_ref() != Some(&hashes)
                    && settled.is_still_at(&self.place)
                {
                    cache.remember(&self.place, settled, &hashes);
                }
                Ok(self.sums.get_or_init(|| sums))
            }
        }
    }
}

impl ReleaseSource for Archive {
    fn place(&self) -> String {
        self.place.display().to_string()
    }

    fn form(&self) -> ReleaseForm {
        self.form
    }

    fn digest(&self) -> Result<Option<Digest>, SourceError> {
        Ok(Some(self.sums()?.digest.clone()))
    }

    fn checksums(&self) -> Result<Vec<(String, bool)>, SourceError> {
        Ok(self.sums()?.published.clone())
    }

    fn content_key(&self) -> Result<Option<Digest>, SourceError> {
        self.digest()
    }

    fn was_read_as(&self, key: &Digest) -> bool {
        let reads_it = self.sums.get().is_some_and(|sums| sums.digest == *key);
        let settled = self.settled.as_ref();
        reads_it && settled.is_some_and(|settled| settled.is_still_at(&self.place))
    }

    fn visit(&self, visitor: Visitor<'_>) -> Result<(), SourceError> {
        let limits = Limits::default();
        match self.form {
            ReleaseForm::Zip => zip::visit(&self.place, limits, visitor),
            ReleaseForm::TarGz => tar_gz::visit(&self.place, limits, visitor),
            ReleaseForm::SevenZ => seven_z::visit(&self.place, limits, visitor),
            ReleaseForm::Folder => Folder::new(self.place.clone(), SystemTime::now).visit(visitor),
        }
    }
}
