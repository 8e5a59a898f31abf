//! Running the upgrade client of a site as an administrator would.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use raylift_lab::{ReleaseVersion, Site};

use crate::gogo::Gogo;
use crate::stage::PATIENCE;

/// A running upgrade client.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    output: PathBuf,
    pub(crate) console_port: u16,
}

/// How a client ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) log: String,
}

/// The last line of the core part of 7.2 and 7.3.
pub(crate) const MODULES: &str =
    "Running modules upgrades. Connect to Gogo shell to check the status.";

/// The last line that the client of 7.4 copies: its modules have run by then.
const DONE: &str = "Completed Liferay core upgrade process in ";

fn is_7_4(site: &Site) -> bool {
    site.facts().version == ReleaseVersion::Ga41
}

fn log(site: &Site) -> PathBuf {
    let name = if is_7_4(site) {
        "logs/upgrade.log"
    } else {
        "upgrade.log"
    };
    folder(site).join(name)
}

fn log_contains(site: &Site, text: &str) -> bool {
    File::open(log(site)).is_ok_and(|file| {
        BufReader::new(file)
            .lines()
            .any(|line| line.is_ok_and(|line| line.contains(text)))
    })
}

/// The client's folder.
pub(crate) fn folder(site: &Site) -> PathBuf {
    site.home().join("tools/portal-tools-db-upgrade-client")
}

impl Client {
    /// Fills in the property files and starts the client; its standard input stays open.
    pub(crate) fn start(site: &Site) -> Self {
        let folder = folder(site);
        let console_port = raylift_lab::free_port().expect("port");
        let tomcat = site.tomcat().expect("tomcat");
        let tomcat = tomcat.file_name().expect("name").to_string_lossy();
        let global = if is_7_4(site) { "/lib" } else { "/lib/ext" };
        for (name, text) in [
            (
                "app-server.properties",
                format!(
                    "dir=../../{tomcat}\nextra.lib.dirs=/bin,/lib\nglobal.lib.dir={global}\n\
                     portal.dir=/webapps/ROOT\nserver.detector.server.id=tomcat\n"
                ),
            ),
            (
                "portal-upgrade-database.properties",
                site.jdbc().properties(),
            ),
            (
                "portal-upgrade-ext.properties",
                format!(
                    "# mine\nliferay.home={}\n\
                     module.framework.properties.osgi.console=localhost:{console_port}\n",
                    site.home().display()
                ),
            ),
        ] {
            std::fs::write(folder.join(name), text).expect("properties");
        }
        site.facts().owner.take(&folder).expect("owner");
        // Beside the home: the client must find its own folder as it is.
        let output = site.folder().join("client.out");
        let java_home = &site.facts().java_home;
        let mut command = Command::new(java_home.join("bin/java"));
        command
            .args(["-jar", "com.liferay.portal.tools.db.upgrade.client.jar"])
            .args([
                "-j",
                "-Dfile.encoding=UTF8 -Duser.timezone=GMT -Xmx512m \
                    -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
                 --add-opens=java.base/java.lang=ALL-UNNAMED",
            ])
            .current_dir(&folder)
            .env("JAVA_HOME", java_home)
            .stdin(Stdio::piped())
            .stdout(File::create(&output).expect("output"))
            .stderr(Stdio::inherit());
        site.facts().owner.apply(&mut command);
        let mut child = command.spawn().expect("client");
        Self {
            stdin: child.stdin.take(),
            child,
            output,
            console_port,
        }
    }

    /// Waits until a line of the upgrade log contains `text`.
    pub(crate) fn wait_for_log(&self, site: &Site, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !log_contains(site, text) {
            assert!(Instant::now() < deadline, "no {text} in the log");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether the core part ends well; false when the client ends before.
    fn reaches_modules(&mut self, site: &Site) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let end = if is_7_4(site) { DONE } else { MODULES };
        loop {
            let ended = self.child.try_wait().expect("status").is_some();
            if log_contains(site, end) {
                return !ended;
            }
            if ended {
                return false;
            }
            assert!(Instant::now() < deadline, "the core part does not end");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// A console in which the `upgrade:` commands are there and `upgrade:check` answers as
    /// `settled` wants it. The console opens before the commands exist.
    pub(crate) fn console(&self, settled: fn(&str) -> bool) -> Gogo {
        let deadline = Instant::now() + PATIENCE;
        let mut gogo = Gogo::connect(self.console_port, PATIENCE);
        loop {
            let check = gogo.run("upgrade:check");
            if !check.contains("CommandNotFoundException") && settled(&check) {
                return gogo;
            }
            assert!(Instant::now() < deadline, "still: {check}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Closes its standard input.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self, site: &Site) -> Ended {
        let status = self.child.wait().expect("status");
        Ended {
            code: status.code(),
            output: std::fs::read_to_string(&self.output).expect("output"),
            log: std::fs::read_to_string(log(site)).unwrap_or_default(),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the client to its end. Its input is closed when the modules are as `settled` wants to see
/// them in the answer of `upgrade:check`; a client whose core fails ends by itself.
pub(crate) fn run(site: &Site, settled: fn(&str) -> bool) -> Ended {
    let mut client = Client::start(site);
    if client.reaches_modules(site) {
        drop(client.console(settled));
    }
    client.close_input();
    client.wait(site)
}
