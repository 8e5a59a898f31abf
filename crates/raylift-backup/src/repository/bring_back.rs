//! Reads backups: what is in them, and back into a folder.
//!
//! The engine has a restore of its own. It logs what it could not set and goes on; here an entry that does not come back
//! as it was is an error that names it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

use rustic_core::repofile::{BlobType, Node, NodeType, SnapshotFile};
use rustic_core::{BlobId, IndexedFullStatus, RusticError, TreeId};

use super::error::RepositoryError;
use super::node;
use super::open::{Engine, Repository};
use super::snapshot::{Listed, PartSummary, Snapshot, is_whole};
use super::storage::Access;
use crate::error::BackupError;
use crate::names::escape;
use crate::store::Progress;

/// Zeros from this length on become a hole.
const HOLE: usize = 1 << 16;

pub(super) type Full = Engine<IndexedFullStatus>;

/// What was brought back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BroughtBack {
    /// Files and links.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
}

impl Repository {
    /// All backups, oldest first.
    ///
    /// # Errors
    /// When the repository is locked or cannot be read.
    pub fn list(&self) -> Result<Vec<Snapshot>, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let engine = self.opened()?;
        Ok(self.snapshots(&engine)?.iter().map(Snapshot::of).collect())
    }

    /// One backup. `id` is an id, the beginning of one, or `latest`.
    ///
    /// # Errors
    /// As [`Repository::show`].
    pub fn one(&self, id: &str) -> Result<Snapshot, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let engine = self.opened()?;
        Ok(Snapshot::of(one_of(&self.snapshots(&engine)?, id)?))
    }

    /// One backup and the folders at its top. `id` is an id, the beginning of one, or `latest`.
    ///
    /// # Errors
    /// With [`RepositoryError::NoSuchBackup`], and when the repository is locked or cannot be read.
    pub fn show(&self, id: &str) -> Result<(Snapshot, Vec<PartSummary>), RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(id)?;
        let mut parts: Vec<PartSummary> = Vec::new();
        self.visit(&engine, file.tree, &mut |path, node| {
            let mut components = path.components();
            let top = components.next().map(|top| escape(top.as_os_str()));
            let top = top.unwrap_or_default();
            if parts.last().is_none_or(|part| part.name != top) {
                parts.push(PartSummary {
                    name: top,
                    files: 0,
                    bytes: 0,
                });
            }
            if let Some(part) = parts.last_mut()
                && !node.is_dir()
            {
                part.files += 1;
                part.bytes += self.size(&engine, path, node)?;
            }
            Ok(())
        })?;
        Ok((Snapshot::of(&file), parts))
    }

    /// Everything in a backup, folders before what is in them.
    ///
    /// # Errors
    /// As [`Repository::show`].
    pub fn entries(&self, id: &str) -> Result<Vec<Listed>, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(id)?;
        let mut entries = Vec::new();
        self.visit(&engine, file.tree, &mut |path, node| {
            let kind = match node.node_type {
                NodeType::Dir => "dir",
                NodeType::Symlink { .. } => "link",
                _ => "file",
            };
            entries.push(Listed {
                path: escape(path.as_os_str()),
                kind,
                bytes: self.size(&engine, path, node)?,
            });
            Ok(())
        })?;
        Ok(entries)
    }

    /// Goes through the files and links of one part: path below it and bytes.
    ///
    /// # Errors
    /// As [`Repository::show`], and with [`RepositoryError::NoSuchPart`].
    pub fn files(
        &self,
        id: &str,
        part: &str,
        visitor: &mut dyn FnMut(&Path, u64),
    ) -> Result<(), RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(id)?;
        let (tree, _) = self.part(&engine, &file, part)?;
        self.visit(&engine, tree, &mut |path, node| {
            if !node.is_dir() {
                visitor(path, self.size(&engine, path, node)?);
            }
            Ok(())
        })
    }

    /// Brings a part back into a folder that is empty or not there yet, with owner, mode, time, extended attributes and
    /// links. `None` brings everything back, each part as a folder of its name.
    ///
    /// # Errors
    /// With [`RepositoryError::TargetNotEmpty`], [`RepositoryError::NoSuchPart`], with [`RepositoryError::Damaged`] when
    /// the repository does not hold a file any more, and when something cannot be written or given to its owner.
    pub fn restore(
        &self,
        id: &str,
        part: Option<&str>,
        target: &Path,
        progress: Progress<'_>,
    ) -> Result<BroughtBack, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(id)?;
        let (tree, attributes) = match part {
            None => (file.tree, None),
            Some(name) => {
                let (tree, node) = self.part(&engine, &file, name)?;
                (tree, Some(node::attributes(&node)))
            }
        };
        make_empty(target)?;
        let mut writer = Writer::new(self, &engine, target, progress);
        self.visit(&engine, tree, &mut |path, node| writer.bring(path, node))?;
        // A folder that may not be written gets its mode after its content, its time last.
        for (path, node) in writer.folders.iter().rev() {
            node::attributes(node).apply(path)?;
        }
        if let Some(attributes) = attributes {
            attributes.apply(target)?;
        }
        sync(target)?;
        Ok(writer.done)
    }

    /// Writes one file of a backup, such as a dump. `path` begins with the part.
    ///
    /// # Errors
    /// As [`Repository::restore`].
    pub fn read(
        &self,
        id: &str,
        path: &Path,
        target: &mut dyn Write,
    ) -> Result<u64, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(id)?;
        let node = engine
            .node_from_path(file.tree, path)
            .ok()
            .filter(Node::is_file)
            .ok_or_else(|| no_part(&file, &path.to_string_lossy()))?;
        let mut bytes = 0;
        for blob in node.content.iter().flatten() {
            let content = self.blob(&engine, path, &BlobId::from(**blob))?;
            target
                .write_all(&content)
                .map_err(BackupError::write(path))?;
            bytes += content.len() as u64;
        }
        Ok(bytes)
    }

    pub(super) fn find(&self, id: &str) -> Result<(Full, SnapshotFile), RepositoryError> {
        let engine = self.opened()?;
        let snapshots = self.snapshots(&engine)?;
        let file = one_of(&snapshots, id)?.clone();
        let engine = engine
            .to_indexed()
            .map_err(|error| self.explain("read the index", error))?;
        Ok((engine, file))
    }

    /// The list of a part, and its folder.
    pub(super) fn part(
        &self,
        engine: &Full,
        file: &SnapshotFile,
        name: &str,
    ) -> Result<(TreeId, Node), RepositoryError> {
        engine
            .get_tree(&file.tree)
            .map_err(|error| self.damaged("the backup's list of parts", &error))?
            .nodes
            .into_iter()
            .find(|node| *node.name() == *OsStr::new(name))
            .and_then(|node| Some((node.subtree?, node)))
            .ok_or_else(|| no_part(file, name))
    }

    /// Reads every piece of a part and throws it away: each is decrypted, and so compared with what was written.
    ///
    /// # Errors
    /// As [`Repository::restore`].
    pub fn read_through(
        &self,
        id: &str,
        part: &str,
        progress: Progress<'_>,
    ) -> Result<BroughtBack, RepositoryError> {
        let _lock = self.storage().lock(Access::Read)?;
        let (engine, file) = self.find(id)?;
        let (tree, _) = self.part(&engine, &file, part)?;
        let mut done = BroughtBack::default();
        self.visit(&engine, tree, &mut |path, node| {
            if node.is_dir() {
                return Ok(());
            }
            for blob in node.content.iter().flatten() {
                done.bytes += self.blob(&engine, path, &BlobId::from(**blob))?.len() as u64;
            }
            done.files += 1;
            if done.files.is_multiple_of(500) {
                progress(format!("{} files, {} bytes read", done.files, done.bytes));
            }
            Ok(())
        })?;
        Ok(done)
    }

    /// Goes through a tree, folders before what is in them.
    pub(super) fn visit(
        &self,
        engine: &Full,
        tree: TreeId,
        visitor: &mut dyn FnMut(&Path, &Node) -> Result<(), RepositoryError>,
    ) -> Result<(), RepositoryError> {
        self.visit_below(engine, Path::new(""), tree, visitor)
    }

    fn visit_below(
        &self,
        engine: &Full,
        below: &Path,
        tree: TreeId,
        visitor: &mut dyn FnMut(&Path, &Node) -> Result<(), RepositoryError>,
    ) -> Result<(), RepositoryError> {
        for node in self.nodes(engine, below, tree)? {
            let path = below.join(node.name());
            visitor(&path, &node)?;
            if let Some(subtree) = node.subtree {
                self.visit_below(engine, &path, subtree, visitor)?;
            }
        }
        Ok(())
    }

    /// The entries of a folder.
    pub(super) fn nodes(
        &self,
        engine: &Full,
        folder: &Path,
        tree: TreeId,
    ) -> Result<Vec<Node>, RepositoryError> {
        self.go_on()?;
        let tree = engine.get_tree(&tree).map_err(|error| {
            self.damaged(&format!("the list of folder /{}", folder.display()), &error)
        })?;
        for node in &tree.nodes {
            let name = node.name();
            // A name from a repository that somebody else wrote must not lead out of the target.
            if matches!(name.as_encoded_bytes(), b"" | b"." | b"..")
                || name.as_encoded_bytes().contains(&b'/')
            {
                return Err(RepositoryError::Name {
                    name: name.to_string_lossy().into_owned(),
                    why: "a backup holds it as a name of an entry",
                });
            }
        }
        Ok(tree.nodes)
    }

    /// Bytes of a file's content. A file that came through a pipe has no size but this.
    pub(super) fn size(
        &self,
        engine: &Full,
        path: &Path,
        node: &Node,
    ) -> Result<u64, RepositoryError> {
        let mut size = 0;
        for blob in node.content.iter().flatten() {
            let entry = engine
                .get_index_entry(blob)
                .map_err(|error| self.damaged(&format!("/{}", path.display()), &error))?;
            size += u64::from(entry.data_length());
        }
        Ok(size)
    }

    fn blob(
        &self,
        engine: &Full,
        path: &Path,
        id: &BlobId,
    ) -> Result<impl std::ops::Deref<Target = [u8]> + use<>, RepositoryError> {
        self.go_on()?;
        engine
            .get_blob_cached(id, BlobType::Data)
            .map_err(|error| self.damaged(&format!("content of /{}", path.display()), &error))
    }

    /// Something that a backup needs is not there or not what was written.
    fn damaged(&self, what: &str, error: &RusticError) -> RepositoryError {
        let place = self.place();
        match self.guard.take_failure() {
            Some(failure) if !failure.is_loss() => failure.into(),
            Some(failure) => RepositoryError::Damaged {
                place,
                what: format!("{what} is lost with {}", failure.path),
                source: Some(Box::new(failure)),
            },
            None => RepositoryError::Damaged {
                place,
                what: format!("{what} is lost"),
                source: Some(Box::new(io::Error::other(error.display_log()))),
            },
        }
    }
}

/// The one backup that an id, the beginning of one, or `latest` names: the newest that is no part of a proof or return
/// point.
pub(super) fn one_of<'a>(
    snapshots: &'a [SnapshotFile],
    id: &str,
) -> Result<&'a SnapshotFile, RepositoryError> {
    let mut with_it = snapshots
        .iter()
        .filter(|file| !id.is_empty() && file.id.to_hex().as_str().starts_with(id));
    let found = if id == "latest" {
        (snapshots.iter().rfind(|file| is_whole(file)), None)
    } else {
        (with_it.next(), with_it.next())
    };
    match found {
        (Some(one), None) => Ok(one),
        (first, second) => Err(RepositoryError::NoSuchBackup {
            id: id.to_owned(),
            count: usize::from(first.is_some()) + usize::from(second.is_some()) + with_it.count(),
        }),
    }
}

fn no_part(file: &SnapshotFile, name: &str) -> RepositoryError {
    RepositoryError::NoSuchPart {
        id: file.id.to_hex().as_str().to_owned(),
        name: name.to_owned(),
    }
}

/// Puts entries into the target.
pub(super) struct Writer<'a> {
    repository: &'a Repository,
    engine: &'a Full,
    target: &'a Path,
    /// The first name of each file that has more than one.
    links: HashMap<(u64, u64), PathBuf>,
    folders: Vec<(PathBuf, Node)>,
    done: BroughtBack,
    progress: Progress<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        repository: &'a Repository,
        engine: &'a Full,
        target: &'a Path,
        progress: Progress<'a>,
    ) -> Self {
        Self {
            repository,
            engine,
            target,
            links: HashMap::new(),
            folders: Vec::new(),
            done: BroughtBack::default(),
            progress,
        }
    }

    fn bring(&mut self, below: &Path, node: &Node) -> Result<(), RepositoryError> {
        let path = self.target.join(below);
        if node.is_dir() {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(&path)
                .map_err(BackupError::write(&path))?;
            self.folders.push((path, node.clone()));
            return Ok(());
        }
        self.bring_as(below, &path, node)
    }

    /// A file or link, under the name that is given.
    pub(super) fn bring_as(
        &mut self,
        below: &Path,
        path: &Path,
        node: &Node,
    ) -> Result<(), RepositoryError> {
        match &node.node_type {
            NodeType::File => self.file(below, path, node)?,
            NodeType::Symlink { .. } => {
                symlink(node.node_type.to_link(), path).map_err(BackupError::write(path))?;
                node::attributes(node).apply(path)?;
            }
            // restic keeps the others, raylift does not.
            NodeType::Dir
            | NodeType::Dev { .. }
            | NodeType::Chardev { .. }
            | NodeType::Fifo
            | NodeType::Socket => return Ok(()),
        }
        self.done.files += 1;
        if self.done.files.is_multiple_of(500) {
            (self.progress)(format!(
                "{} files, {} bytes written",
                self.done.files, self.done.bytes
            ));
        }
        Ok(())
    }

    fn file(&mut self, below: &Path, path: &Path, node: &Node) -> Result<(), RepositoryError> {
        let meta = &node.meta;
        let several = meta.links > 1 && meta.inode != 0;
        if several && let Some(first) = self.links.get(&(meta.device_id, meta.inode)) {
            fs::hard_link(first, path).map_err(BackupError::write(path))?;
            return Ok(());
        }
        let written = |error| RepositoryError::from(BackupError::write(path)(error));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(written)?;
        let mut size: u64 = 0;
        for blob in node.content.iter().flatten() {
            let content = self
                .repository
                .blob(self.engine, below, &BlobId::from(**blob))?;
            if content.len() >= HOLE && content.iter().all(|byte| *byte == 0) {
                let end = SeekFrom::Start(size + content.len() as u64);
                file.seek(end).map_err(written)?;
            } else {
                file.write_all(&content).map_err(written)?;
            }
            size += content.len() as u64;
        }
        file.set_len(size).map_err(written)?;
        drop(file);
        node::attributes(node).apply(path)?;
        if several {
            let key = (meta.device_id, meta.inode);
            self.links.insert(key, path.to_owned());
        }
        self.done.bytes += size;
        Ok(())
    }
}

pub(super) fn make_empty(target: &Path) -> Result<(), RepositoryError> {
    let made = fs::DirBuilder::new().mode(0o700).create(target);
    match made {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut entries = fs::read_dir(target).map_err(BackupError::read(target))?;
            if entries.next().is_some() {
                return Err(RepositoryError::TargetNotEmpty {
                    path: target.to_owned(),
                });
            }
            Ok(())
        }
        Err(error) => Err(BackupError::write(target)(error).into()),
    }
}

/// Everything is on disk before anybody is told that it is back.
fn sync(target: &Path) -> Result<(), RepositoryError> {
    File::open(target)
        .and_then(|folder| rustix::fs::syncfs(&folder).map_err(Into::into))
        .map_err(|error| BackupError::write(target)(error).into())
}
