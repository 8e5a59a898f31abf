//! raylift under a pseudo terminal: interrupted once, twice, and with the terminal gone.
//!
//! The terminal is the one of `script` from util-linux: what is written to its input is typed, and its death closes the
//! terminal.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Instant;

use raylift_lab::ReleaseVersion;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::harness::background::is_start;
use crate::harness::{PATIENCE, TestSite, processes, release};

const CONTROL_C: u8 = 3;

/// raylift and the terminal that it works in.
struct Terminal<'a> {
    site: &'a TestSite,
    script: Child,
    keyboard: ChildStdin,
    screen: NamedTempFile,
    /// Entries that the journal had before.
    entries: usize,
}

impl<'a> Terminal<'a> {
    fn open(site: &'a TestSite, arguments: &[&str]) -> Self {
        let command = site.command(arguments);
        let mut line = quoted(command.get_program().to_str().unwrap());
        for argument in command.get_args() {
            line.push(' ');
            line.push_str(&quoted(argument.to_str().unwrap()));
        }
        let screen = NamedTempFile::new().unwrap();
        let mut script = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command"])
            .arg(format!("exec {line}"))
            .arg("/dev/null")
            .env("TERM", "xterm")
            .stdin(Stdio::piped())
            .stdout(screen.reopen().unwrap())
            .stderr(Stdio::null())
            .spawn()
            .expect("script of util-linux (Debian: bsdutils) is there");
        Self {
            site,
            keyboard: script.stdin.take().unwrap(),
            script,
            screen,
            entries: site.journal().len(),
        }
    }

    fn wait_until(&mut self, what: &str, condition: impl Fn(&[Value]) -> bool) {
        let begun = Instant::now();
        while !condition(self.site.journal().get(self.entries..).unwrap_or_default()) {
            assert!(
                self.script.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE,
                "no {what}: {}",
                self.shown()
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn wait_for_action(&mut self, name: &str) {
        self.wait_until(name, |entries| {
            entries.iter().any(|entry| is_start(entry, "forward", name))
        });
    }

    /// Waits until the interrupt was taken; the kernel makes one of two that come before that. It shows a key that
    /// it has made an interrupt of.
    fn wait_until_interrupted(&self) {
        let begun = Instant::now();
        let raylift = self.raylift();
        while !self.shown().contains("^C") || processes::has_untaken_interrupt(raylift) {
            assert!(begun.elapsed() < PATIENCE, "no interrupt: {}", self.shown());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn wait_for_text(&self, text: &str) {
        let begun = Instant::now();
        while !self.shown().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "no {text}: {}", self.shown());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn press_control_c(&mut self) {
        self.keyboard.write_all(&[CONTROL_C]).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Number of the process that works in the terminal.
    fn raylift(&self) -> u32 {
        processes::children(self.script.id())[0]
    }

    fn end(mut self) -> (i32, String) {
        let status = self.script.wait().unwrap();
        (status.code().unwrap_or(-1), self.shown())
    }

    /// Ends the terminal without a word to what works in it.
    fn close(mut self) {
        self.script.kill().unwrap();
        self.script.wait().unwrap();
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.screen.path()).unwrap()).into_owned()
    }
}

/// One word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn update() -> [String; 3] {
    let archive = release(ReleaseVersion::Ga2).to_str().unwrap().to_owned();
    ["update".to_owned(), archive, "--yes".to_owned()]
}

fn wait_for_end(pid: u32) {
    let begun = Instant::now();
    while processes::lives(pid) {
        assert!(begun.elapsed() < PATIENCE, "raylift ends");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_closed_terminal_changes_nothing() {
    let site = TestSite::started();
    let titles = site.titles();
    let update = update();
    let mut terminal = Terminal::open(&site, &update.each_ref().map(String::as_str));
    terminal.wait_for_action("take-return-point");
    let raylift = terminal.raylift();
    terminal.close();
    assert!(processes::lives(raylift), "raylift outlives its terminal");
    wait_for_end(raylift);
    site.assert_new(&titles);
    assert_eq!(site.status()["phase"], "burning-in");
    let journal = site.journal();
    assert!(
        journal
            .iter()
            .all(|entry| entry["data"]["event"] != "resumed"),
        "one process did it all"
    );
}

#[test]
fn control_c_stops_at_the_next_safe_point_and_twice_at_once() {
    let site = TestSite::started();
    let titles = site.titles();
    let server = processes::servers(site.home());
    let update = update();

    let mut terminal = Terminal::open(&site, &update.each_ref().map(String::as_str));
    terminal.wait_for_action("stage");
    terminal.press_control_c();
    let (code, shown) = terminal.end();
    assert_eq!(code, 6, "{shown}");
    assert!(
        shown.contains("before anything of the site was touched"),
        "{shown}"
    );
    assert_eq!(
        processes::servers(site.home()),
        server,
        "it was never stopped"
    );
    site.assert_old(&titles);

    let mut terminal = Terminal::open(&site, &["resume"]);
    terminal.wait_for_action("stop-server");
    terminal.press_control_c();
    let (code, shown) = terminal.end();
    assert_eq!(code, 6, "{shown}");
    assert!(shown.contains("The fence stands"), "{shown}");
    assert!(
        processes::servers(site.home()).is_empty(),
        "the stop was finished"
    );

    let mut terminal = Terminal::open(&site, &["resume"]);
    terminal.wait_for_action("upgrade-data");
    terminal.press_control_c();
    terminal.wait_until_interrupted();
    terminal.press_control_c();
    let (code, shown) = terminal.end();
    assert_eq!(code, 5, "{shown}");
    let last = site.journal().pop().unwrap();
    assert!(
        is_start(&last, "forward", "upgrade-data"),
        "at once: {last}"
    );

    site.raylift(&["resume"]).assert(0);
    site.assert_new(&titles);
}

/// Who is asked sees what counts without leafing back, and who says no is not told to say yes.
#[test]
fn the_question_stands_below_a_short_summary() {
    let site = TestSite::started();
    let archive = release(ReleaseVersion::Ga2).to_str().unwrap().to_owned();
    let mut terminal = Terminal::open(&site, &["update", &archive]);
    terminal.wait_for_text("Carry this out?");
    terminal.keyboard.write_all(b"n\n").unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, 3, "{shown}");
    let (_, summary) = shown.split_once("In short").unwrap();
    let (summary, answered) = summary.split_once("Carry this out?").unwrap();
    assert!(summary.lines().count() < 12, "{summary}");
    for word in ["7.2.0 → 7.2.1", "steps", "outage", "way back", "warning"] {
        assert!(summary.contains(word), "no {word}: {summary}");
    }
    assert!(answered.contains("RL0904"), "{answered}");
    assert!(!answered.contains("answer y"), "{answered}");
    assert!(site.journal().is_empty(), "nothing was begun");
}
