//! Starting and stopping a site's Tomcat.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::LabError;
use crate::http;
use crate::maven::tail;
use crate::notes::SiteFacts;
use crate::process::{self, ServerProcess};
use crate::site_files::tomcat_of;

/// Pause between two looks at a starting server.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs `catalina.sh` with `verb` and waits for the script, which returns before a server is up.
pub(crate) fn catalina(home: &Path, facts: &SiteFacts, verb: &[&str]) -> Result<(), LabError> {
    let tomcat = tomcat_of(home)?;
    let script = tomcat.join("bin/catalina.sh");
    let mut command = Command::new(&script);
    command
        .args(verb)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("HOME", home.parent().unwrap_or(home))
        .env("JAVA_HOME", &facts.java_home)
        .env("JRE_HOME", &facts.java_home)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    facts.owner.apply(&mut command);
    // Its own process group, so that a terminal's interrupt does not reach the server.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let output = command.output().map_err(LabError::io("run", &script))?;
    if output.status.success() {
        return Ok(());
    }
    Err(LabError::Command {
        command: format!("{} {}", script.display(), verb.join(" ")),
        output: tail(&output.stderr, 1_000),
    })
}

/// Starts the server and waits until `/` answers 200. Leaves a server that does not come up as it
/// is, so that it can be looked at.
pub(crate) fn start(
    home: &Path,
    facts: &SiteFacts,
    patience: Duration,
) -> Result<ServerProcess, LabError> {
    let log = tomcat_of(home)?.join("logs/catalina.out");
    let before = fs::metadata(&log).map_or(0, |metadata| metadata.len());
    catalina(home, facts, &["start"])?;
    let begin = Instant::now();
    loop {
        let server = process::server_of(home);
        let status = http::request(facts.http_port, "GET", "/", b"")
            .ok()
            .map(|answer| answer.status);
        if let (Some(server), Some(200)) = (server, status) {
            return Ok(server);
        }
        let printed = printed_since(&log, before);
        // Tomcat answers 404 for good once it says that it is up without the ROOT context.
        let refused = status == Some(404) && printed.contains("Server startup in");
        let waited = begin.elapsed();
        let ended = server.is_none() && waited > Duration::from_secs(3);
        if refused || ended || waited > patience {
            return Err(LabError::NotUp {
                home: home.to_path_buf(),
                seconds: waited.as_secs(),
                status: status.map_or_else(|| "none".to_owned(), |status| status.to_string()),
                excerpt: tail(printed.as_bytes(), 3_000),
            });
        }
        std::thread::sleep(PAUSE);
    }
}

/// Stops the server the normal way and waits for the end of its process. Without a server nothing
/// happens.
pub(crate) fn stop(home: &Path, facts: &SiteFacts, patience: Duration) -> Result<(), LabError> {
    let Some(server) = process::server_of(home) else {
        return Ok(());
    };
    let deadline = Instant::now() + patience;
    // With a PID file the script waits by itself, and removes that file once the process is gone.
    // Its result says nothing about the process.
    let seconds = patience.as_secs().clamp(1, 20).to_string();
    let _ = catalina(home, facts, &["stop", &seconds]);
    if server.wait_end(deadline.saturating_duration_since(Instant::now())) {
        return Ok(());
    }
    Err(LabError::NotStopped {
        home: home.to_path_buf(),
        pid: server.pid,
        seconds: patience.as_secs(),
    })
}

fn printed_since(log: &Path, offset: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let start = usize::try_from(offset).unwrap_or(0);
    // A log that became shorter was turned over: all of it is new.
    let new = bytes.get(start..).unwrap_or(&bytes);
    String::from_utf8_lossy(new).into_owned()
}
