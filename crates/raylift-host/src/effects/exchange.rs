//! Exchanges a live path with its staged one.
//!
//! Where the file system can, it is one `renameat2(RENAME_EXCHANGE)`: nobody ever sees the live path missing. Where
//! it refuses (`EINVAL` on network file systems, `ENOSYS` on old kernels) the live path is set aside under
//! `<staged>.raylift-old` first; whatever of the three names a crash leaves tells what is still to do.
//!
//! What the site does to a new path while it burns in (a file is changed, a path is removed) does not keep the old one
//! from coming back: what lies staged tells enough. A tree without the marker in the place of the new one is ambiguous.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::plan::{Exchange, ExchangeProbe};
use raylift_run::host::{HostError, LiveSide, TREE_MARKER};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::error::{exists, read_failed, write_failed};

mod added;

/// Exchanges paths.
#[derive(Debug, Clone, Copy)]
pub struct Exchanger {
    /// Whether `RENAME_EXCHANGE` is tried first. Without it every exchange goes by plain renames.
    pub in_one_step: bool,
}

impl Default for Exchanger {
    fn default() -> Self {
        Self { in_one_step: true }
    }
}

/// What stands at the three names of an exchange.
struct Standing {
    live: Option<Tree>,
    staged: Option<Tree>,
    aside: Option<Tree>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tree {
    Old,
    New,
}

impl Exchanger {
    /// Which side is live; see [`raylift_run::host::Host::live_side`].
    ///
    /// # Errors
    /// When a path cannot be read.
    pub fn live_side(self, exchange: &Exchange) -> Result<LiveSide, HostError> {
        if exchange.probe == ExchangeProbe::Added {
            return added::live_side(exchange);
        }
        let standing = Standing::look(exchange)?;
        Ok(if standing.complete(exchange, Tree::Old) {
            LiveSide::Old
        } else if standing.complete(exchange, Tree::New) {
            LiveSide::New
        } else {
            LiveSide::Ambiguous
        })
    }

    /// Makes `wanted` the live side; see [`raylift_run::host::Host::exchange`].
    ///
    /// # Errors
    /// When a rename fails, or with [`codes::EXCHANGE_AMBIGUOUS`] when it cannot be told what stands where.
    pub fn exchange(self, exchange: &Exchange, wanted: LiveSide) -> Result<(), HostError> {
        let wanted = match wanted {
            LiveSide::Old => Tree::Old,
            LiveSide::New => Tree::New,
            LiveSide::Ambiguous => return Err(ambiguous(exchange)),
        };
        if exchange.probe == ExchangeProbe::Added {
            return added::exchange(exchange, wanted);
        }
        let standing = Standing::look(exchange)?;
        if standing.complete(exchange, wanted) {
            return Ok(());
        }
        let other = wanted.other();
        let (live, staged) = (exchange.live.as_path(), exchange.staged.as_path());
        let aside = aside(exchange);
        match (standing.live, standing.staged, standing.aside) {
            (None, Some(tree), None) if !exchange.live_exists && tree == wanted => {
                rename(staged, live)?;
            }
            (Some(tree), None, None) if !exchange.live_exists && tree == other => {
                rename(live, staged)?;
            }
            // Somebody removed the new one.
            (None, Some(Tree::Old), None) if exchange.live_exists && wanted == Tree::Old => {
                rename(staged, live)?;
            }
            (Some(tree), Some(stands_staged), None)
                if exchange.live_exists && tree == other && stands_staged == wanted =>
            {
                self.swap(live, staged, &aside)?;
            }
            (None, Some(tree), Some(set_aside)) if tree == wanted && set_aside == other => {
                rename(staged, live)?;
                rename(&aside, staged)?;
            }
            (None, Some(tree), Some(set_aside)) if tree == other && set_aside == wanted => {
                rename(&aside, live)?;
            }
            (Some(tree), None, Some(set_aside)) if tree == wanted && set_aside == other => {
                rename(&aside, staged)?;
            }
            (Some(tree), None, Some(set_aside)) if tree == other && set_aside == wanted => {
                rename(live, staged)?;
                rename(&aside, live)?;
            }
            _ => return Err(ambiguous(exchange)),
        }
        sync_parent(live)?;
        sync_parent(staged)
    }

    /// Exchanges two paths that both exist.
    ///
    /// # Errors
    /// When a rename fails.
    pub fn swap(self, one: &Path, two: &Path, aside: &Path) -> Result<(), HostError> {
        if self.in_one_step {
            match renameat_with(CWD, one, CWD, two, RenameFlags::EXCHANGE) {
                Ok(()) => return Ok(()),
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
                Err(error) => return Err(write_failed(one, error.into())),
            }
        }
        rename(one, aside)?;
        rename(two, one)?;
        rename(aside, two)
    }
}

impl Tree {
    fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

impl Standing {
    fn look(exchange: &Exchange) -> Result<Self, HostError> {
        Ok(Self {
            live: tree(&exchange.live, &exchange.probe)?,
            staged: tree(&exchange.staged, &exchange.probe)?,
            aside: tree(&aside(exchange), &exchange.probe)?,
        })
    }

    /// True when `wanted` is live and the exchange is not in the middle of anything.
    fn complete(&self, exchange: &Exchange, wanted: Tree) -> bool {
        let staged = Some(wanted.other());
        self.aside.is_none()
            && match (wanted, exchange.live_exists) {
                // The old content proves itself, whatever lies staged: somebody may have put it back by hand.
                (Tree::Old, true) if matches!(exchange.probe, ExchangeProbe::Replaced(_)) => {
                    self.live == Some(Tree::Old)
                }
                // Also where the new one, removed by somebody, is nowhere any more.
                (Tree::Old, true) => self.live == Some(Tree::Old) && self.staged != Some(Tree::Old),
                // Once the old one lies staged the new one was live, also where somebody removed it.
                (Tree::New, true) => self.live != Some(Tree::Old) && self.staged == staged,
                (Tree::New, false) => self.live == Some(Tree::New) && self.staged.is_none(),
                (Tree::Old, false) => self.live.is_none() && self.staged == staged,
            }
    }
}

/// The tree at a path, told by the probe; `None` when nothing is there.
fn tree(path: &Path, probe: &ExchangeProbe) -> Result<Option<Tree>, HostError> {
    if !exists(path)? {
        return Ok(None);
    }
    let new = match probe {
        ExchangeProbe::Marker(text) => {
            let marker = path.join(TREE_MARKER);
            match fs::read_to_string(&marker) {
                Ok(found) => found.trim_end() == text,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) =>
                {
                    false
                }
                Err(error) => return Err(read_failed(&marker, error)),
            }
        }
        ExchangeProbe::Content(digest) => digest_of(path)? == *digest,
        ExchangeProbe::Replaced(digest) => digest_of(path)? != *digest,
        ExchangeProbe::Added => true,
    };
    Ok(Some(if new { Tree::New } else { Tree::Old }))
}

fn digest_of(path: &Path) -> Result<Digest, HostError> {
    let digested = raylift_backup::digest_file(path).map_err(super::error::backup)?;
    Ok(digested.digest)
}

fn aside(exchange: &Exchange) -> PathBuf {
    let mut name = OsString::from(exchange.staged.as_os_str());
    name.push(".raylift-old");
    name.into()
}

/// Each rename is on disk before the next one, so that a crash leaves one of the known states.
fn rename(from: &Path, to: &Path) -> Result<(), HostError> {
    fs::rename(from, to).map_err(|error| write_failed(to, error))?;
    sync_parent(from)?;
    sync_parent(to)
}

/// Makes the names in a path's folder durable.
///
/// # Errors
/// When the folder cannot be opened or synchronised.
pub(crate) fn sync_parent(path: &Path) -> Result<(), HostError> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| write_failed(parent, error))
}

fn ambiguous(exchange: &Exchange) -> HostError {
    HostError::new(
        codes::EXCHANGE_AMBIGUOUS,
        format!(
            "it cannot be told whether {} or {} is the new tree",
            exchange.live.display(),
            exchange.staged.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use raylift_model::digest::Digest;
    use raylift_model::names::RelativePath;
    use tempfile::TempDir;

    use super::*;

    const BOTH: [Exchanger; 2] = [
        Exchanger { in_one_step: true },
        Exchanger { in_one_step: false },
    ];

    fn set_up(live_exists: bool) -> (TempDir, Exchange) {
        let folder = tempfile::tempdir().unwrap();
        let exchange = Exchange {
            root: RelativePath::new("osgi"),
            live: folder.path().join("home/osgi"),
            staged: folder.path().join("staging/osgi"),
            live_exists,
            probe: ExchangeProbe::Marker("0001-7.2.1".to_owned()),
        };
        fs::create_dir_all(folder.path().join("home")).unwrap();
        make(&exchange.staged, "new", Some("0001-7.2.1"));
        if live_exists {
            // The old tree may hold the marker of an earlier run.
            make(&exchange.live, "old", Some("0000-7.2.0"));
        }
        (folder, exchange)
    }

    fn make(tree: &Path, content: &str, marker: Option<&str>) {
        fs::create_dir_all(tree).unwrap();
        fs::write(tree.join("content"), content).unwrap();
        if let Some(marker) = marker {
            fs::write(tree.join(TREE_MARKER), format!("{marker}\n")).unwrap();
        }
    }

    fn content(tree: &Path) -> Option<String> {
        fs::read_to_string(tree.join("content")).ok()
    }

    #[test]
    fn both_ways_go_forth_and_back_and_may_be_repeated() {
        for exchanger in BOTH {
            let (_folder, exchange) = set_up(true);
            assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
            for _ in 0..2 {
                exchanger.exchange(&exchange, LiveSide::New).unwrap();
                assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::New);
                assert_eq!(content(&exchange.live).unwrap(), "new");
                assert_eq!(content(&exchange.staged).unwrap(), "old");
            }
            for _ in 0..2 {
                exchanger.exchange(&exchange, LiveSide::Old).unwrap();
                assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
                assert_eq!(content(&exchange.live).unwrap(), "old");
                assert_eq!(content(&exchange.staged).unwrap(), "new");
            }
            assert!(!aside(&exchange).exists());
        }
    }

    #[test]
    fn a_folder_that_the_site_never_had_is_moved() {
        for exchanger in BOTH {
            let (_folder, exchange) = set_up(false);
            assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
            exchanger.exchange(&exchange, LiveSide::New).unwrap();
            exchanger.exchange(&exchange, LiveSide::New).unwrap();
            assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::New);
            assert!(!exchange.staged.exists());
            exchanger.exchange(&exchange, LiveSide::Old).unwrap();
            assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
            assert!(!exchange.live.exists());
        }
    }

    /// Every state that a crash can leave between two renames, in both directions, is completed in both directions.
    #[test]
    fn a_half_done_exchange_is_told_and_completed() {
        for direction in [LiveSide::New, LiveSide::Old] {
            for renames in 1..=2 {
                for wanted in [LiveSide::New, LiveSide::Old] {
                    let exchanger = Exchanger { in_one_step: false };
                    let (_folder, exchange) = set_up(true);
                    if direction == LiveSide::Old {
                        exchanger.exchange(&exchange, LiveSide::New).unwrap();
                    }
                    fs::rename(&exchange.live, aside(&exchange)).unwrap();
                    if renames == 2 {
                        fs::rename(&exchange.staged, &exchange.live).unwrap();
                    }
                    assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Ambiguous);
                    exchanger.exchange(&exchange, wanted).unwrap();
                    assert_eq!(exchanger.live_side(&exchange).unwrap(), wanted);
                    let (live, staged) = match wanted {
                        LiveSide::New => ("new", "old"),
                        _ => ("old", "new"),
                    };
                    assert_eq!(content(&exchange.live).unwrap(), live);
                    assert_eq!(content(&exchange.staged).unwrap(), staged);
                    assert!(!aside(&exchange).exists());
                }
            }
        }
    }

    #[test]
    fn a_staged_tree_that_somebody_removed_stops_the_switch() {
        let (_folder, exchange) = set_up(true);
        fs::remove_dir_all(&exchange.staged).unwrap();
        let exchanger = Exchanger::default();
        assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
        let error = exchanger.exchange(&exchange, LiveSide::New).unwrap_err();
        assert_eq!(error.code, codes::EXCHANGE_AMBIGUOUS);
        assert_eq!(content(&exchange.live).unwrap(), "old");
    }

    #[test]
    fn two_new_trees_or_two_old_ones_are_never_exchanged() {
        for (live, staged) in [("0001-7.2.1", "0001-7.2.1"), ("x", "y")] {
            let (_folder, exchange) = set_up(true);
            make(&exchange.live, "one", Some(live));
            make(&exchange.staged, "two", Some(staged));
            for wanted in [LiveSide::New, LiveSide::Old] {
                let error = Exchanger::default()
                    .exchange(&exchange, wanted)
                    .unwrap_err();
                assert_eq!(error.code, codes::EXCHANGE_AMBIGUOUS);
            }
            assert_eq!(content(&exchange.live).unwrap(), "one");
        }
    }

    fn single(live: Option<&str>, probe: ExchangeProbe) -> (TempDir, Exchange) {
        let folder = tempfile::tempdir().unwrap();
        let exchange = Exchange {
            root: RelativePath::new("setenv.sh"),
            live: folder.path().join("setenv.sh"),
            staged: folder.path().join("staged"),
            live_exists: live.is_some(),
            probe,
        };
        if let Some(live) = live {
            fs::write(&exchange.live, live).unwrap();
        }
        fs::write(&exchange.staged, "new").unwrap();
        (folder, exchange)
    }

    fn text(path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    #[test]
    fn a_single_file_is_told_by_its_content() {
        for exchanger in BOTH {
            for probe in [
                ExchangeProbe::Content(Digest::of(b"new")),
                ExchangeProbe::Replaced(Digest::of(b"old")),
            ] {
                let (_folder, exchange) = single(Some("old"), probe);
                assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
                exchanger.exchange(&exchange, LiveSide::New).unwrap();
                assert_eq!(text(&exchange.live).unwrap(), "new");
                assert_eq!(text(&exchange.staged).unwrap(), "old");
                assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::New);
            }
        }
    }

    /// During the burn-in the site changes, or removes, what is new: the old one comes back all the same, and what was
    /// changed is kept.
    #[test]
    fn what_the_site_did_to_a_new_file_does_not_stop_the_way_back() {
        for exchanger in BOTH {
            for (old, changed) in [
                (Some("old"), Some("changed")),
                (Some("old"), None),
                (None, Some("changed")),
                (None, None),
            ] {
                let probe = old.map_or(ExchangeProbe::Added, |old| {
                    ExchangeProbe::Replaced(Digest::of(old.as_bytes()))
                });
                let (_folder, exchange) = single(old, probe);
                exchanger.exchange(&exchange, LiveSide::New).unwrap();
                match changed {
                    Some(changed) => fs::write(&exchange.live, changed).unwrap(),
                    None => fs::remove_file(&exchange.live).unwrap(),
                }
                for _ in 0..2 {
                    exchanger.exchange(&exchange, LiveSide::Old).unwrap();
                    assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
                    assert_eq!(text(&exchange.live).as_deref(), old);
                    assert_eq!(text(&exchange.staged).as_deref(), changed);
                }
            }
        }
    }

    #[test]
    fn a_file_that_appeared_where_a_new_one_belongs_stays_and_stops_the_switch() {
        let (_folder, exchange) = single(None, ExchangeProbe::Added);
        fs::write(&exchange.live, "somebody's").unwrap();
        let exchanger = Exchanger::default();
        let error = exchanger.exchange(&exchange, LiveSide::New).unwrap_err();
        assert_eq!(error.code, codes::EXCHANGE_AMBIGUOUS);
        exchanger.exchange(&exchange, LiveSide::Old).unwrap();
        assert_eq!(text(&exchange.live).unwrap(), "somebody's");
        assert_eq!(text(&exchange.staged).unwrap(), "new");
    }

    #[test]
    fn a_new_tree_that_was_removed_does_not_stop_the_way_back() {
        for exchanger in BOTH {
            let (_folder, exchange) = set_up(true);
            exchanger.exchange(&exchange, LiveSide::New).unwrap();
            fs::remove_dir_all(&exchange.live).unwrap();
            assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::New);
            for _ in 0..2 {
                exchanger.exchange(&exchange, LiveSide::Old).unwrap();
                assert_eq!(exchanger.live_side(&exchange).unwrap(), LiveSide::Old);
                assert_eq!(content(&exchange.live).unwrap(), "old");
            }
            let error = exchanger.exchange(&exchange, LiveSide::New).unwrap_err();
            assert_eq!(error.code, codes::EXCHANGE_AMBIGUOUS);
        }
    }
}
