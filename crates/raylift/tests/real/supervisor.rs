//! A supervisor that raylift knows nothing of restarts what dies, during a whole update and a whole way back.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::harness::watch::{LookOut, Seen};
use crate::harness::{PATIENCE, TestSite, processes};

/// Tries again a second after each end.
const LOOP: &str = "while :; do bin/catalina.sh run; sleep 1; done";

/// The loop, working as the site's user.
struct Supervisor(Child);

impl Supervisor {
    fn of(site: &TestSite) -> Self {
        let facts = site.site.facts();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LOOP])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("JAVA_HOME", &facts.java_home)
            .current_dir(site.site.tomcat().unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        facts.owner.apply(&mut command);
        Self(command.spawn().expect("the loop starts"))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn wait_until_up(site: &TestSite) {
    let begun = Instant::now();
    while !site.site.is_up() {
        assert!(begun.elapsed() < PATIENCE, "the supervised site comes up");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

/// The server before and the server after, never both, the later one in the supervisor's hands.
fn assert_handed_over(site: &TestSite, supervisor: &Supervisor, before: u32, seen: &Seen) -> u32 {
    let servers = processes::servers(site.home());
    assert_eq!(servers.len(), 1, "one server: {servers:?}");
    assert_ne!(servers[0], before);
    assert_eq!(seen.at_once, 1, "never two: {seen:?}");
    assert_eq!(
        seen.servers.iter().copied().collect::<Vec<_>>(),
        {
            let mut both = vec![before, servers[0]];
            both.sort_unstable();
            both
        },
        "no other server ever appeared"
    );
    assert_eq!(
        processes::parent(servers[0]),
        Some(supervisor.0.id()),
        "the supervisor watches the server"
    );
    servers[0]
}

#[test]
fn a_supervisor_neither_disturbs_nor_loses_the_site() {
    let site = TestSite::stopped("demo-site", &[]);
    let supervisor = Supervisor::of(&site);
    wait_until_up(&site);
    let titles = site.titles();
    let old = processes::servers(site.home())[0];

    let look_out = LookOut::over(site.home());
    site.update().assert(0);
    let seen = look_out.end();
    site.assert_new(&titles);
    let new = assert_handed_over(&site, &supervisor, old, &seen);
    let attempts = site.runs().pop().unwrap().join("attempts.log");
    assert!(
        std::fs::read_to_string(attempts).unwrap().lines().count() >= 2,
        "the supervisor ran against the fence"
    );

    let look_out = LookOut::over(site.home());
    site.raylift(&["rollback", "--discard-writes"]).assert(0);
    let seen = look_out.end();
    site.assert_old(&titles);
    assert_handed_over(&site, &supervisor, new, &seen);
}
