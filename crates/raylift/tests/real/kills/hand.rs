//! Somebody who starts the site by hand.

use std::process::{Command, Stdio};

use crate::harness::TestSite;
use crate::harness::processes;

/// What `sysexits.h` calls `EX_TEMPFAIL`.
const REFUSED: i32 = 75;

/// Whether raylift's fence stands where the start script was.
pub(crate) fn fence_stands(site: &TestSite) -> bool {
    let script = site.site.tomcat().unwrap().join("bin/catalina.sh");
    std::fs::read_to_string(script)
        .unwrap()
        .contains("raylift-fence")
}

/// Tries every usual way as the site's user. Each must be refused in words, and leave no process.
pub(crate) fn is_refused(site: &TestSite, mark: &str) {
    for (script, argument) in [
        ("catalina.sh", Some("start")),
        ("startup.sh", None),
        ("catalina.sh", Some("run")),
    ] {
        let mut command = Command::new(site.site.tomcat().unwrap().join("bin").join(script));
        command
            .args(argument)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("JAVA_HOME", &site.site.facts().java_home)
            .env("STARTED_BY_HAND", mark)
            .current_dir(site.home())
            .stdin(Stdio::null());
        site.site.facts().owner.apply(&mut command);
        let output = command.output().expect("the script runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(REFUSED), "{script}: {said}");
        let run = site.runs().pop().expect("a run");
        let run = run.file_name().unwrap().to_str().unwrap();
        let home = site.home().to_str().unwrap();
        for words in [
            format!("raylift: this site is being changed (run {run})"),
            format!("raylift resume --site '{home}'"),
            format!("raylift rollback --site '{home}'"),
        ] {
            assert!(said.contains(&words), "{words}: {said}");
        }
    }
    assert_left_nothing(mark);
}

/// No process that the hand started lives.
pub(crate) fn assert_left_nothing(mark: &str) {
    let left = processes::with_variable(&format!("STARTED_BY_HAND={mark}"));
    assert!(
        left.is_empty(),
        "processes {left:?} came of a start by hand"
    );
}
