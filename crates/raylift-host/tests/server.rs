//! Finding, stopping, ending and starting a server, with scripts in the places of Tomcat's and Java's. The server runs
//! as the site's user: an ordinary one when the tests run as root.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use common::{Site, owner};
use raylift_host::effects::RealHost;
use raylift_host::effects::exchange::Exchanger;
use raylift_host::effects::fence::Fence;
use raylift_host::users;
use raylift_model::codes;
use raylift_run::host::{FenceState, Host, HostError, ServerProcess};

/// Lives until `stop` appears in its folder; with `deaf` there it ignores TERM.
const JAVA: &str = r#"#!/bin/sh
base=$(cd "$(dirname "$0")/.." && pwd)
[ -e "$base/deaf" ] && trap '' TERM
trap 'echo "Full thread dump" >>"$base/logs/catalina.out"' QUIT
touch "$base/started"
while [ ! -e "$base/stop" ]; do sleep 0.05; done
rm -f "$base/stop"
"#;

const CATALINA: &str = r#"#!/bin/sh
home=${CATALINA_HOME:-$(cd "$(dirname "$0")/.." && pwd)}
serve() { exec /bin/sh "$home/bin/java" -Dcatalina.base="$home" -Dother=1 org.apache.catalina.startup.Bootstrap start; }
case $1 in
start)
    [ -e "$home/broken" ] && { echo "cannot start: broken" >&2; exit 1; }
    (serve) >>"$home/logs/catalina.out" 2>&1 </dev/null & ;;
run) serve ;;
stop)
    [ -e "$home/no-port" ] && { echo "no shutdown port" >&2; exit 1; }
    touch "$home/stop" ;;
esac
"#;

const PATIENCE: Duration = Duration::from_secs(20);

struct Served {
    site: Site,
    host: RealHost,
}

impl Served {
    fn new() -> Self {
        let site = Site::new();
        site.write("tomcat-9.0.19/bin/catalina.sh", CATALINA, 0o755);
        site.write("tomcat-9.0.19/bin/java", JAVA, 0o755);
        let nothing = |what: &'static str| HostError::new(codes::ACTION_FAILED, what);
        let host = RealHost::new(
            site.run_folder(),
            Box::new(move |_| Err(nothing("no database here"))),
            Box::new(move |_, _| Err(nothing("no binding here"))),
            Arc::new(AtomicBool::new(false)),
        );
        Self { site, host }
    }

    /// As an administrator would, with a variable that only his shell knows.
    fn start_by_hand(&self) -> ServerProcess {
        let mut command = Command::new(self.site.script());
        command
            .arg("start")
            .env("SITES_OWN", "value of the shell")
            .current_dir("/");
        assert!(
            users::output(&mut command, &owner())
                .unwrap()
                .status
                .success()
        );
        self.wait_for(|server| server).unwrap()
    }

    fn wait_for<T>(&self, wanted: impl Fn(Option<ServerProcess>) -> Option<T>) -> Option<T> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let found = wanted(self.server());
            if found.is_some() {
                return found;
            }
            std::thread::yield_now();
        }
        None
    }

    fn server(&self) -> Option<ServerProcess> {
        self.host.server(&self.site.plan).unwrap()
    }

    fn start(&self) -> Result<(ServerProcess, Vec<String>), HostError> {
        let mut lines = Vec::new();
        let server = self
            .host
            .start_server(&self.site.plan, &mut |line| lines.push(line))?;
        Ok((server, lines))
    }

    fn stop_and_wait(&self) {
        self.host.ask_to_stop(&self.site.plan).unwrap();
        self.wait_for(|server| server.is_none().then_some(()))
            .unwrap();
    }

    fn raise(&self) {
        self.host
            .raise_fence(&self.site.plan, &self.site.script(), &self.site.stash())
            .unwrap();
    }

    /// A script that is about to run a program is for a moment a second process with the same arguments; a child of a
    /// server is no server.
    fn servers(&self) -> usize {
        let sign = format!("-Dcatalina.base={}", self.site.tomcat().display());
        let found: Vec<(String, String)> = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter(|entry| {
                fs::read(entry.path().join("cmdline"))
                    .is_ok_and(|arguments| String::from_utf8_lossy(&arguments).contains(&sign))
            })
            .filter_map(|entry| {
                let status = fs::read_to_string(entry.path().join("status")).ok()?;
                let parent = status
                    .lines()
                    .find_map(|line| line.strip_prefix("PPid:\t"))?;
                Some((
                    entry.file_name().to_string_lossy().into_owned(),
                    parent.to_owned(),
                ))
            })
            .collect();
        found
            .iter()
            .filter(|(_, parent)| !found.iter().any(|(other, _)| other == parent))
            .count()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        while let Some(server) = self.server() {
            self.host.end_server(&self.site.plan, server, true).ok();
        }
    }
}

fn environment(server: ServerProcess) -> String {
    let bytes = fs::read(format!("/proc/{}/environ", server.pid)).unwrap();
    String::from_utf8_lossy(&bytes).replace('\0', "\n")
}

#[test]
fn a_server_is_stopped_and_started_again_as_it_was() {
    let served = Served::new();
    assert_eq!(served.server(), None);
    let first = served.start_by_hand();
    served.stop_and_wait();
    let remembered = served.site.run_folder().join("server-environment");
    assert_eq!(fs::metadata(&remembered).unwrap().mode() & 0o777, 0o600);
    let (second, _) = served.start().unwrap();
    assert_ne!(first, second);
    assert!(environment(second).contains("SITES_OWN=value of the shell"));
    let stat = fs::metadata(format!("/proc/{}", second.pid)).unwrap();
    assert_eq!((stat.uid(), stat.gid()), (owner().uid, owner().gid));
    let input = fs::read_link(format!("/proc/{}/fd/0", second.pid)).unwrap();
    assert_eq!(input.to_str(), Some("/dev/null"));
    assert_eq!(served.start().unwrap().0, second, "there is one already");
    assert_eq!(served.servers(), 1);
}

#[test]
fn the_fence_lets_raylift_through_and_nobody_after_it() {
    let served = Served::new();
    served.start_by_hand();
    served.raise();
    served.stop_and_wait();
    served.start().unwrap();
    served.stop_and_wait();
    let refused = users::output(Command::new(served.site.script()).arg("start"), &owner()).unwrap();
    assert_eq!(refused.status.code(), Some(75));
    assert_eq!(served.server(), None);
    let state = served
        .host
        .fence_state(&served.site.script(), &served.site.stash())
        .unwrap();
    assert_eq!(state, FenceState::Up);
}

/// Restarts what dies, as a supervisor does; stopped and waited for when it goes away.
struct Supervisor(Child);

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_supervisor_starts_the_server_itself_and_there_is_only_one() {
    let served = Served::new();
    served.raise();
    let script = served.site.script();
    let again = format!(
        "while :; do '{}' run 2>/dev/null; sleep 0.2; done",
        script.display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &again]).current_dir("/");
    let supervisor = Supervisor(users::spawn(&mut command, &owner()).unwrap());
    let attempts = served.site.run_folder().join("attempts.log");
    let begun = Instant::now();
    while fs::read_to_string(&attempts).unwrap().lines().count() < 2 {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    let (server, lines) = served.start().unwrap();
    assert!(
        lines.iter().any(|line| line.contains("supervisor")),
        "{lines:?}"
    );
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid)).unwrap();
    let parent = format!("PPid:\t{}", supervisor.0.id());
    assert!(status.lines().any(|line| line == parent), "{status}");
    assert_eq!(served.servers(), 1);
    drop(supervisor);
}

#[test]
fn a_deaf_server_is_dumped_and_ended_by_force_only_when_asked() {
    let served = Served::new();
    served.site.write("tomcat-9.0.19/deaf", "", 0o644);
    // In the foreground: a shell ignores QUIT for what it starts in the background, which a JVM undoes and a script cannot.
    let mut command = Command::new(served.site.script());
    command.arg("run");
    let mut shell = users::spawn(&mut command, &owner()).unwrap();
    let server = served.wait_for(|server| server).unwrap();
    let started = served.site.tomcat().join("started");
    let begun = Instant::now();
    while !started.exists() {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    served
        .host
        .end_server(&served.site.plan, server, false)
        .unwrap();
    assert_eq!(served.server(), Some(server));
    let dump = served
        .site
        .run_folder()
        .join(format!("logs/threads-{}.txt", server.pid));
    assert_eq!(fs::read_to_string(&dump).unwrap(), "Full thread dump\n");
    let reused = ServerProcess {
        started: server.started + 1,
        ..server
    };
    served
        .host
        .end_server(&served.site.plan, reused, true)
        .unwrap();
    assert_eq!(served.server(), Some(server), "another process is not hit");
    served
        .host
        .end_server(&served.site.plan, server, true)
        .unwrap();
    served
        .wait_for(|server| server.is_none().then_some(()))
        .unwrap();
    shell.wait().unwrap();
}

#[test]
fn the_javas_own_tool_dumps_the_threads_where_it_is_there() {
    let served = Served::new();
    let tool = "#!/bin/sh\necho \"$1 $2 as $(id -u)\"\n";
    served.site.write("jre/bin/jcmd", tool, 0o755);
    let server = served.start_by_hand();
    served
        .host
        .end_server(&served.site.plan, server, false)
        .unwrap();
    let dump = served
        .site
        .run_folder()
        .join(format!("logs/threads-{}.txt", server.pid));
    assert_eq!(
        fs::read_to_string(&dump).unwrap(),
        format!("{} Thread.print as {}\n", server.pid, owner().uid)
    );
    served
        .wait_for(|server| server.is_none().then_some(()))
        .unwrap();
}

#[test]
fn where_the_stop_script_gives_up_term_stops_the_server() {
    let served = Served::new();
    served.site.write("tomcat-9.0.19/no-port", "", 0o644);
    served.start_by_hand();
    served.stop_and_wait();
}

#[test]
fn a_start_that_fails_is_told_with_its_words_and_leaves_no_pass() {
    let served = Served::new();
    served.site.write("tomcat-9.0.19/broken", "", 0o644);
    served.raise();
    let error = served.start().unwrap_err();
    assert_eq!(error.code, codes::SERVER_DOES_NOT_START);
    assert!(
        error.evidence.contains(&"cannot start: broken".to_owned()),
        "{:?}",
        error.evidence
    );
    let fence = Fence::planned(&served.site.plan, &served.site.run_folder()).unwrap();
    assert!(!fence.pass_is_there().unwrap());
    fence.lower(Exchanger::default()).unwrap();
}

#[test]
fn commands_of_the_site_are_used_instead_of_the_script() {
    let mut served = Served::new();
    let tomcat = served.site.tomcat().display().to_string();
    served.site.plan.site.start_command = Some(format!(
        "touch '{tomcat}/by-command'; '{tomcat}/bin/catalina.sh' start"
    ));
    served.site.plan.site.stop_command = Some("exit 3".to_owned());
    served.start().unwrap();
    assert!(served.site.tomcat().join("by-command").exists());
    let error = served.host.ask_to_stop(&served.site.plan).unwrap_err();
    assert_eq!(error.code, codes::SERVER_DOES_NOT_STOP);
    assert!(served.server().is_some());
    served.site.plan.site.stop_command = Some(format!("touch '{tomcat}/stop'"));
    served.stop_and_wait();
    served.host.ask_to_stop(&served.site.plan).unwrap();
}
