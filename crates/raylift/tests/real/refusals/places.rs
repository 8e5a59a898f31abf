//! Places, users, processes and settings that stand against an update, on a serving site.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use raylift_lab::ReleaseVersion;

use super::{Changed, is_root, program, refused, update, with_mounts};
use crate::harness::{Ended, TestSite, lab, release};

/// A user who is neither root nor the owner of the lab's sites.
const SOMEBODY: u32 = 65_533;

/// A Java process that ends with its standard input.
const WAITING: &str = "public class Waiting { public static void main(String[] a) throws Exception { System.in.read(); } }";

/// Every case.
pub(super) fn all(site: &TestSite) {
    users(site);
    mounts(site);
    processes(site);
    settings(site);
    handled(site);
}

fn users(site: &TestSite) {
    if is_root() {
        let mut command = update(site);
        command.uid(SOMEBODY).gid(SOMEBODY);
        let ended = refused(site, "another ordinary user", "RL0103", command);
        assert!(
            ended.stderr.contains("RL0108"),
            "/proc is closed to that user: {}",
            ended.all()
        );
    } else {
        let before = std::fs::metadata(site.home())
            .expect("the home")
            .permissions();
        std::fs::set_permissions(site.home(), Permissions::from_mode(0o555)).expect("closed");
        refused(
            site,
            "a home that is closed to its own user",
            "RL0103",
            update(site),
        );
        std::fs::set_permissions(site.home(), before).expect("open again");
        eprintln!(
            "not tried without root: raylift as another user, who cannot read the server's /proc"
        );
    }
}

fn mounts(site: &TestSite) {
    let command = with_mounts(
        site,
        "mount --bind \"$HOME_OF_SITE/osgi/configs\" \"$HOME_OF_SITE/osgi/configs\"",
        &update(site),
    );
    let ended = refused(site, "a mount inside osgi", "RL0104", command);
    assert!(ended.stderr.contains("osgi/configs"), "{}", ended.all());

    let state = lab().scratch().expect("a scratch folder");
    let small = state.path().display();
    let kept = std::fs::read_to_string(site.home().join("raylift.toml")).expect("raylift.toml");
    let file = site.home().join("raylift.toml");
    std::fs::write(&file, format!("state = \"{small}\"\n{kept}")).expect("raylift.toml");
    if is_root() {
        refused(
            site,
            "a user sends root to a folder",
            "RL0902",
            update(site),
        );
        std::os::unix::fs::chown(&file, Some(0), Some(0)).expect("root's");
    }
    let command = with_mounts(
        site,
        &format!("mount -t tmpfs -o size=20m none \"{small}\""),
        &update(site),
    );
    refused(site, "a disk that is too small", "RL0114", command);
    std::fs::write(&file, kept).expect("raylift.toml");
    give_back(&file, site);

    // In a file system of its own the site's user gets a home folder with properties.
    let users = lab().scratch().expect("a scratch folder");
    let owner = site.site.facts().owner;
    let folder = users.path().display();
    let passwd = users.path().join("passwd");
    std::fs::write(
        &passwd,
        format!(
            "root:x:0:0::{folder}:/bin/sh\nsite:x:{}:{}::{folder}:/bin/sh\n",
            owner.user, owner.group
        ),
    )
    .expect("passwd");
    std::fs::write(users.path().join("portal-ext.properties"), "a=b\n").expect("properties");
    let command = with_mounts(
        site,
        &format!("mount --bind \"{}\" /etc/passwd", passwd.display()),
        &update(site),
    );
    refused(
        site,
        "portal-ext.properties in the user's home folder",
        "RL0107",
        command,
    );
}

fn processes(site: &TestSite) {
    let folder = lab().scratch().expect("a scratch folder");
    let source = folder.path().join("Waiting.java");
    std::fs::write(&source, WAITING).expect("a program");
    let source = source.to_str().expect("UTF-8");
    let home = format!("-Dliferay.home={}", site.home().display());

    let stranger = Stranger::of(program("java", &[&home, source]));
    let ended = refused(
        site,
        "a server that was not started from the home",
        "RL0601",
        update(site),
    );
    assert!(
        ended.stderr.contains(&stranger.0.id().to_string()),
        "its process is named: {}",
        ended.all()
    );
    drop(stranger);

    // The process sees the home at another path, as a container's does that has it as a volume.
    let volume = folder.path().join("volume");
    std::fs::create_dir(&volume).expect("a folder");
    let volume = volume.display();
    let home = format!("-Dliferay.home={volume}");
    let inside = with_mounts(
        site,
        &format!("mount --bind \"$HOME_OF_SITE\" \"{volume}\""),
        &program("java", &[&home, source]),
    );
    let stranger = Stranger::of(inside);
    stranger.wait_for_java();
    refused(site, "a server in a container", "RL0106", update(site));
}

fn settings(site: &TestSite) {
    let properties = site.home().join("portal-ext.properties");
    for (case, text, code) in [
        ("a clustered site", "cluster.link.enabled=true\n", "RL0105"),
        (
            "another database",
            "jdbc.default.driverClassName=oracle.jdbc.OracleDriver\njdbc.default.url=jdbc:oracle:thin:@127.0.0.1:1:xe\n",
            "RL0504",
        ),
        (
            "a PostgreSQL that does not answer",
            "jdbc.default.driverClassName=org.postgresql.Driver\njdbc.default.url=jdbc:postgresql://127.0.0.1:1/lportal\n",
            "RL0501",
        ),
        (
            "a database server that is dead",
            "jdbc.default.url=jdbc:hsqldb:hsql://127.0.0.1:1/lportal\n",
            "RL0504",
        ),
        (
            "a database taken from JNDI",
            "jdbc.default.jndi.name=jdbc/LiferayPool\n",
            "RL0505",
        ),
        (
            "a wrong password",
            "jdbc.default.password=wrong\n",
            "RL0502",
        ),
    ] {
        let _changed = Changed::by_adding(&properties, text);
        let ended = refused(site, case, code, update(site));
        assert!(!ended.all().contains("wrong\n"), "no password is shown");
    }
    let file = site.home().join("raylift.toml");
    {
        let _changed = Changed::by_adding(&file, "\nstop_secnods = 3\n");
        let ended = refused(
            site,
            "an unknown key in raylift.toml",
            "RL0902",
            update(site),
        );
        assert!(ended.stderr.contains("stop_secnods"), "{}", ended.all());
    }
    {
        let state = site.home().join(".raylift");
        std::fs::create_dir(&state).expect("raylift's folder");
        let key = state.join("backup.key");
        std::fs::write(&key, "pass phrase\n").expect("a key");
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a key");
        let case = "a backup repository that is gone";
        let ended = refused(site, case, "RL1010", update(site));
        let words = "raylift backup --new-repository";
        assert!(ended.stderr.contains(words), "{}", ended.all());
        let left = std::fs::read_dir(&state).expect("raylift's folder");
        assert_eq!(left.count(), 1, "only the key");
        std::fs::remove_dir_all(&state).expect("raylift's folder");
    }
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let kept = std::fs::read(&file).expect("raylift.toml");
    std::fs::write(
        &file,
        format!("[upgrade]\nconsole = \"127.0.0.1:{port}\"\n"),
    )
    .expect("raylift.toml");
    refused(site, "the console's port is taken", "RL0606", update(site));
    std::fs::write(&file, kept).expect("raylift.toml");
    refused(site, "no confirmation", "RL0904", {
        let archive = release(ReleaseVersion::Ga2);
        site.command(&["update", archive.to_str().expect("UTF-8")])
    });
}

/// What is no reason to refuse: it is said, and the plan stands.
fn handled(site: &TestSite) {
    let folder = lab().scratch().expect("a scratch folder");
    let link = folder.path().join("portal");
    symlink(site.home(), &link).expect("a link");
    let archive = release(ReleaseVersion::Ga2);
    let archive = archive.to_str().expect("UTF-8");
    let mut command = program(env!("CARGO_BIN_EXE_raylift"), &["plan", archive, "--site"]);
    said(command.arg(&link), "RL0102", "leaves the link alone");

    let pid_file = site.site.tomcat().expect("a Tomcat").join("catalina.pid");
    let _settings = Changed::by_adding(
        &site.home().join("raylift.toml"),
        &format!("pid_file = \"{}\"\n", pid_file.display()),
    );
    let kept = std::fs::read(&pid_file).expect("the PID file");
    std::fs::write(&pid_file, "1\n").expect("the PID file");
    said(
        &mut site.command(&["plan", archive]),
        "RL0604",
        "says \"1\", but the server runs as process",
    );
    std::fs::remove_file(&pid_file).expect("the PID file");
    said(
        &mut site.command(&["plan", archive]),
        "RL0605",
        "is not there although the server runs",
    );
    std::fs::write(&pid_file, kept).expect("the PID file");
    give_back(&pid_file, site);
}

#[track_caller]
fn said(command: &mut Command, code: &str, words: &str) {
    let ended = Ended::of(command.output().expect("raylift runs")).assert(0);
    assert!(
        ended.stdout.contains(code) && ended.stdout.contains(words),
        "{code}: {}",
        ended.all()
    );
}

fn give_back(file: &Path, site: &TestSite) {
    let owner = site.site.facts().owner;
    if is_root() {
        std::os::unix::fs::chown(file, Some(owner.user), Some(owner.group)).expect("given back");
    }
}

/// A Java process that has nothing to do with the site's server; ends when dropped.
struct Stranger(Child);

impl Stranger {
    fn of(mut command: Command) -> Self {
        let child = command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("java runs");
        Self(child)
    }

    /// Waits until the process, which began as another program, is Java.
    fn wait_for_java(&self) {
        let program = format!("/proc/{}/comm", self.0.id());
        let begun = std::time::Instant::now();
        while std::fs::read_to_string(&program).is_ok_and(|name| name.trim() != "java") {
            assert!(
                begun.elapsed() < crate::harness::PATIENCE,
                "java does not start"
            );
            std::thread::yield_now();
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
