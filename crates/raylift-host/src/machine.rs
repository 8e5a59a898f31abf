//! The machine raylift runs on, as the survey may look at it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use raylift_model::digest::Digest;
use raylift_model::facts::{DatabaseSchema, FileKind, Ownership};
use raylift_survey::machine::{
    Answer, DatabaseAccess, DatabaseAnswer, DatabaseError, DocumentRow, Machine, QueryRows,
    ReadError, Stat,
};
use sha2::{Digest as _, Sha256};

use crate::bridge::{Bridge, Mode};
use crate::{http, users};

/// Rows of documents that are asked for at once.
const PAGE: usize = 10_000;

/// A file that was written within this time may be at work.
const MOMENT: Duration = Duration::from_millis(500);
/// A file that is written all the time is read all the same.
const PATIENCE: Duration = Duration::from_secs(5);

/// The real machine. Every method reads only.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealMachine;

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ReadError + '_ {
    |source| ReadError {
        path: path.to_owned(),
        source,
    }
}

impl Machine for RealMachine {
    fn canonical(&self, path: &Path) -> Result<PathBuf, ReadError> {
        std::fs::canonicalize(path).map_err(failed(path))
    }

    fn stat(&self, path: &Path) -> Result<Option<Stat>, ReadError> {
        match std::fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(Stat {
                kind: kind_of(path, &metadata)?,
                size: metadata.len(),
                mode: metadata.permissions().mode() & 0o7777,
                uid: metadata.uid(),
                gid: metadata.gid(),
                device: device(metadata.dev()),
                modified: metadata.mtime(),
            })),
            // Below a file there is nothing, as below a folder without the name.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed(path)(error)),
        }
    }

    fn entries(&self, directory: &Path) -> Result<Vec<OsString>, ReadError> {
        let mut names = std::fs::read_dir(directory)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.file_name()))
                    .collect::<io::Result<Vec<_>>>()
            })
            .map_err(failed(directory))?;
        names.sort();
        Ok(names)
    }

    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        read_file(file, limit).map_err(failed(file))
    }

    fn read_settled(&self, file: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let begun = Instant::now();
        loop {
            let before = written(file);
            let content = self.read(file, limit)?;
            if before.is_some_and(|(at, _)| !is_past(at)) {
                sleep(MOMENT);
            }
            if written(file) == before || begun.elapsed() > PATIENCE {
                return Ok(content);
            }
        }
    }

    fn digest(&self, file: &Path) -> Result<Digest, ReadError> {
        digest_file(file).map_err(failed(file))
    }

    fn link(&self, path: &Path) -> Result<PathBuf, ReadError> {
        std::fs::read_link(path).map_err(failed(path))
    }

    fn free_space(&self, path: &Path) -> Result<u64, ReadError> {
        let space = rustix::fs::statvfs(path).map_err(|error| failed(path)(error.into()))?;
        // f_bavail leaves out what is kept for root (statvfs(3)): the site's server is not root.
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }

    fn may_write(&self, directory: &Path) -> bool {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        accessat(
            CWD,
            directory,
            Access::WRITE_OK | Access::EXEC_OK,
            AtFlags::EACCESS,
        )
        .is_ok()
    }

    fn user(&self, uid: u32) -> Option<(String, PathBuf)> {
        users::account(uid, uid).map(|account| (account.name, account.home))
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn get(&self, url: &str, host: Option<&str>) -> Option<Answer> {
        http::get(url, host)
    }

    fn ask_database(
        &self,
        access: &DatabaseAccess,
        documents: usize,
    ) -> Result<DatabaseAnswer, DatabaseError> {
        Bridge::open(access, Mode::ReadOnly)?.ask(documents)
    }

    fn ask_database_about_documents(
        &self,
        access: &DatabaseAccess,
        visit: &mut dyn FnMut(&DatabaseAnswer, &[DocumentRow]),
    ) -> Result<DatabaseAnswer, DatabaseError> {
        let mut bridge = Bridge::open(access, Mode::ReadOnly)?;
        let answer = bridge.ask(0)?;
        let mut below = None;
        loop {
            let page = bridge.documents(PAGE, below)?;
            below = page.last().map(|row| row.file_version_id);
            if !page.is_empty() {
                visit(&answer, &page);
            }
            if page.len() < PAGE {
                return Ok(answer);
            }
        }
    }

    fn query_database(
        &self,
        access: &DatabaseAccess,
        queries: &[&str],
    ) -> Result<Vec<Result<QueryRows, DatabaseError>>, DatabaseError> {
        let mut bridge = Bridge::open(access, Mode::ReadOnly)?;
        Ok(queries.iter().map(|query| bridge.query(query)).collect())
    }

    fn database_schema(
        &self,
        access: &DatabaseAccess,
    ) -> Result<Option<DatabaseSchema>, DatabaseError> {
        Bridge::open(access, Mode::ReadOnly)?.schema().map(Some)
    }

    fn version_of(&self, program: &Path, owner: &Ownership) -> Option<String> {
        let mut command = std::process::Command::new(program);
        command
            .arg("--version")
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/")
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null());
        let child = users::spawn(&mut command, owner).ok()?;
        let output = child.wait_with_output().ok()?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (output.status.success() && !said.is_empty()).then_some(said)
    }
}

fn kind_of(path: &Path, metadata: &std::fs::Metadata) -> Result<FileKind, ReadError> {
    let file_type = metadata.file_type();
    Ok(if file_type.is_file() {
        FileKind::File
    } else if file_type.is_dir() {
        FileKind::Directory
    } else if file_type.is_symlink() {
        let target = std::fs::read_link(path).map_err(failed(path))?;
        FileKind::Link {
            target: target.to_string_lossy().into_owned(),
        }
    } else if file_type.is_fifo() {
        FileKind::Pipe
    } else if file_type.is_socket() {
        FileKind::Socket
    } else if file_type.is_block_device() || file_type.is_char_device() {
        FileKind::Device
    } else {
        FileKind::Other
    })
}

/// As `/proc/self/mountinfo` writes it, field 3 (`proc_pid_mountinfo(5)`).
fn device(number: u64) -> String {
    format!(
        "{}:{}",
        rustix::fs::major(number),
        rustix::fs::minor(number)
    )
}

/// When a file was written last, and its size; nothing where it cannot be looked at, which reading it tells better.
fn written(file: &Path) -> Option<(SystemTime, u64)> {
    let stat = std::fs::metadata(file).ok()?;
    Some((stat.modified().ok()?, stat.len()))
}

/// A time to come is of another machine's clock, and may be now.
fn is_past(written: SystemTime) -> bool {
    written.elapsed().is_ok_and(|age| age >= MOMENT)
}

/// A pipe or a device would block or never end, so that nothing but files is opened.
fn open_file(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let file = File::from(rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC,
        Mode::empty(),
    )?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this is not a file",
        ))
    }
}

fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open_file(path)?;
    let mut content = Vec::new();
    // Files below /proc say that they are empty, so that only reading tells the size.
    file.take(limit.saturating_add(1))
        .read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file is larger than {limit} bytes"),
        ));
    }
    Ok(content)
}

fn digest_file(path: &Path) -> io::Result<Digest> {
    let mut file = open_file(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Digest::finish(hasher)),
            Ok(count) => hasher.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_being_written_is_read_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.config");
        std::fs::write(&file, "a=\"1\"\n").unwrap();
        std::thread::scope(|scope| {
            let (emptied, is_empty) = std::sync::mpsc::channel();
            let path = &file;
            scope.spawn(move || {
                let mut writer = File::create(path).unwrap();
                emptied.send(()).unwrap();
                sleep(MOMENT / 2);
                std::io::Write::write_all(&mut writer, b"a = \"1\"\n").unwrap();
            });
            is_empty.recv().unwrap();
            assert_eq!(RealMachine.read(&file, 99).unwrap(), b"");
            let read = RealMachine.read_settled(&file, 99).unwrap();
            assert_eq!(read, b"a = \"1\"\n");
        });
        // One that rests is not waited for.
        let long_ago = SystemTime::now() - 2 * MOMENT;
        let opened = File::options().write(true).open(&file).unwrap();
        opened.set_modified(long_ago).unwrap();
        let begun = Instant::now();
        RealMachine.read_settled(&file, 99).unwrap();
        assert!(begun.elapsed() < MOMENT);
    }

    #[test]
    fn stat_tells_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "abc").unwrap();
        std::fs::set_permissions(at("file"), std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        let machine = RealMachine;
        let file = machine.stat(&at("file")).unwrap().unwrap();
        assert_eq!(
            (file.kind, file.size, file.mode),
            (FileKind::File, 3, 0o640)
        );
        assert_eq!(file.uid, users::current_uid());
        let link = machine.stat(&at("link")).unwrap().unwrap();
        assert_eq!(
            link.kind,
            FileKind::Link {
                target: "file".to_owned()
            }
        );
        assert_eq!(machine.stat(&at("missing")).unwrap(), None);
        assert_eq!(machine.stat(&at("file/below")).unwrap(), None);
        assert_eq!(machine.entries(folder.path()).unwrap(), ["file", "link"]);
        assert_eq!(machine.link(&at("link")).unwrap(), Path::new("file"));
        assert_eq!(
            machine.canonical(&at("link")).unwrap(),
            folder.path().canonicalize().unwrap().join("file")
        );
    }

    /// The oracle is the kernel's own list of mounts.
    #[test]
    fn the_device_is_written_as_in_mountinfo() {
        let machine = RealMachine;
        let device = machine.stat(Path::new("/proc")).unwrap().unwrap().device;
        let mounts = machine
            .read(Path::new("/proc/self/mountinfo"), 1 << 20)
            .unwrap();
        let mounts = String::from_utf8(mounts).unwrap();
        assert!(
            mounts.lines().any(|line| {
                let fields: Vec<_> = line.split(' ').collect();
                fields[2] == device && fields[4] == "/proc"
            }),
            "{device}"
        );
    }

    #[test]
    fn reading_is_bounded_and_never_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "abc").unwrap();
        let machine = RealMachine;
        assert_eq!(machine.read(&file, 3).unwrap(), b"abc");
        assert!(machine.read(&file, 2).is_err());
        let own = machine.read(Path::new("/proc/self/stat"), 4096).unwrap();
        assert!(own.starts_with(std::process::id().to_string().as_bytes()));
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap();
        assert!(made.success());
        assert!(machine.read(&pipe, 10).is_err());
        assert!(machine.digest(&pipe).is_err());
        let kind = |path: &Path| machine.stat(path).unwrap().unwrap().kind;
        assert_eq!(kind(&pipe), FileKind::Pipe);
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(kind(&socket), FileKind::Socket);
        assert_eq!(kind(Path::new("/dev/null")), FileKind::Device);
        assert!(machine.read(folder.path(), 10).is_err());
    }

    #[test]
    fn the_digest_is_sha_256() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, vec![b'a'; 1_000_000]).unwrap();
        // FIPS 180-2, appendix B.3.
        assert_eq!(
            RealMachine.digest(&file).unwrap().as_str(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }

    #[test]
    fn space_and_rights_are_those_of_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let machine = RealMachine;
        assert!(machine.may_write(folder.path()));
        assert!(!machine.may_write(&folder.path().join("missing")));
        let closed = folder.path().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
        assert_eq!(machine.may_write(&closed), users::current_uid() == 0);
        let said = std::process::Command::new("df")
            .args(["--block-size=1", "--output=avail"])
            .arg(folder.path())
            .output()
            .unwrap();
        let said: u64 = String::from_utf8(said.stdout)
            .unwrap()
            .lines()
            .nth(1)
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let ours = machine.free_space(folder.path()).unwrap();
        // Others write to the same disk meanwhile.
        assert!(ours.abs_diff(said) < 1 << 30, "{ours} {said}");
        assert!(machine.variable("PATH").is_some());
        assert_eq!(machine.variable("RAYLIFT_NO_SUCH_VARIABLE"), None);
        assert_eq!(
            machine.user(0),
            Some(("root".to_owned(), PathBuf::from("/root")))
        );
    }
}
