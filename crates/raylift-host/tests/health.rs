//! One look at a started site: a script in the place of Java, pages from a socket, logs in files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use std::cell::Cell;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

use common::{Site, owner};
use raylift_host::effects::RealHost;
use raylift_host::effects::health::{Look, Memory};
use raylift_host::users;
use raylift_model::codes;
use raylift_model::facts::{DocumentFact, ReleaseRow};
use raylift_model::names::{BundleSymbolicName, RelativePath};
use raylift_model::plan::Probe;
use raylift_model::version::SchemaVersion;
use raylift_run::host::{HealthSample, Host, HostError};

const PAGE: &str =
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html><title>Home</title>all is well</html>";
const CATALINA: &str = "#!/bin/sh\nexec sh -c 'while :; do sleep 0.1; done' x -Dcatalina.base=\"$CATALINA_BASE\" org.apache.catalina.startup.Bootstrap start\n";

struct World {
    site: Site,
    answer: Arc<Mutex<String>>,
    version: Cell<&'static str>,
    server: Option<Child>,
    memory: Memory,
}

impl World {
    fn new() -> Self {
        let mut site = Site::new();
        let answer = Arc::new(Mutex::new(PAGE.to_owned()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let said = Arc::clone(&answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request);
                stream.write_all(said.lock().unwrap().as_bytes()).ok();
            }
        });
        site.plan.health.probes = vec![Probe {
            url,
            host: None,
            status: 200,
            title: Some("Home".to_owned()),
            text: Some("all is well".to_owned()),
        }];
        site.write("data/document_library/1/2/3/1.0", "four", 0o600);
        site.plan.site.store = Some(site.home().join("data/document_library"));
        site.plan.health.documents = vec![DocumentFact {
            file_version_id: 1,
            path: RelativePath::new("1/2/3/1.0"),
            size: 4,
        }];
        site.plan.core.current = Some(SchemaVersion::new("5.0.2"));
        site.write(
            "logs/liferay.2026-11-22.log",
            "ERROR You must first upgrade to Liferay Portal 7200\n",
            0o644,
        );
        site.write("tomcat-9.0.19/bin/catalina.sh", CATALINA, 0o755);
        let mut world = Self {
            site,
            answer,
            version: Cell::new("5.0.2"),
            server: None,
            memory: Memory::default(),
        };
        world.serve();
        world
    }

    /// A start that the host is asked for marks the logs; the server itself is a child of the test, which can end it.
    fn serve(&mut self) {
        let host = RealHost::new(
            self.site.run_folder(),
            Box::new(|_| Err(HostError::new(codes::ACTION_FAILED, "no database here"))),
            Box::new(|_, _| Err(HostError::new(codes::ACTION_FAILED, "no binding here"))),
            Arc::default(),
        );
        self.site.plan.site.start_command = Some("exit 1".to_owned());
        host.start_server(&self.site.plan, &mut |_| {}).unwrap_err();
        let mut command = Command::new(self.site.script());
        command.env("CATALINA_BASE", self.site.tomcat());
        self.server = Some(users::spawn(&mut command, &owner()).unwrap());
        while host.server(&self.site.plan).unwrap().is_none() {
            std::thread::yield_now();
        }
    }

    fn look(&mut self) -> HealthSample {
        let version = &self.version;
        Look {
            plan: &self.site.plan,
            health: &self.site.plan.health,
            new_release: true,
            run_folder: &self.site.run_folder(),
            rows: &|| {
                Ok(vec![ReleaseRow {
                    name: BundleSymbolicName::new("portal"),
                    schema_version: SchemaVersion::new(version.get()),
                    build_number: None,
                    state: None,
                    verified: None,
                }])
            },
        }
        .take(&mut self.memory)
        .unwrap()
    }

    fn answer(&self, status: &str, body: &str) {
        *self.answer.lock().unwrap() =
            format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n{body}");
    }

    fn log(&self, text: &str) {
        let path = self.site.home().join("logs/liferay.2026-11-23.log");
        let mut log = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        log.write_all(text.as_bytes()).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            server.kill().ok();
            server.wait().ok();
        }
    }
}

#[test]
fn a_good_site_is_good_whatever_yesterdays_log_says() {
    let mut world = World::new();
    world.log("INFO started\n");
    let sample = world.look();
    assert_eq!(
        sample,
        HealthSample {
            alive: true,
            ..HealthSample::default()
        }
    );
}

#[test]
fn pages_are_judged_by_status_title_and_text() {
    let mut world = World::new();
    for (status, body, expected) in [
        (
            "500 Bad",
            "<title>Home</title>all is well",
            "answers 500 instead of 200",
        ),
        ("404 Gone", "", "answers 404 instead of 200"),
        (
            "200 OK",
            "<title>Error</title>all is well",
            "has the title \"Error\" instead of \"Home\"",
        ),
        (
            "200 OK",
            "<title>Home</title>An error",
            "lacks the text \"all is well\"",
        ),
    ] {
        world.answer(status, body);
        let sample = world.look();
        assert!(sample.alive && sample.fatal.is_none());
        assert_eq!(sample.bad.len(), 1);
        assert!(sample.bad[0].ends_with(expected), "{:?}", sample.bad);
    }
}

#[test]
fn nothing_is_judged_while_the_log_advances_and_no_page_is_good_yet() {
    let mut world = World::new();
    world.answer("503 Not yet", "");
    assert!(!world.look().busy, "nothing is logged");
    world.log("INFO working\n");
    let sample = world.look();
    assert!(sample.busy && !sample.bad.is_empty());
    assert_eq!(sample.log_excerpt, ["INFO working"]);
    world.answer("200 OK", "<title>Home</title>all is well");
    world.log("INFO more\n");
    assert!(!world.look().busy);
}

#[test]
fn a_portal_that_refuses_its_database_is_fatal_at_once() {
    let mut world = World::new();
    world.log("INFO starting\njava.lang.RuntimeException: You must first upgrade the portal to the required schema version 5.1.0\n\tat x\n");
    let sample = world.look();
    assert!(sample.alive);
    let fatal = sample.fatal.unwrap();
    assert!(fatal.contains("required schema version 5.1.0"), "{fatal}");
    assert_eq!(sample.log_excerpt[0], "INFO starting");
    assert!(sample.log_excerpt[1].contains("You must first upgrade"));
}

#[test]
fn a_process_that_ended_is_fatal() {
    let mut world = World::new();
    let server = world.server.as_mut().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let sample = world.look();
    assert!(!sample.alive);
    assert_eq!(sample.fatal.as_deref(), Some("the server's process ended"));
}

#[test]
fn documents_and_rows_are_looked_at_too() {
    let mut world = World::new();
    let document = world.site.home().join("data/document_library/1/2/3/1.0");
    fs::write(&document, "five!").unwrap();
    assert_eq!(world.look().bad, ["document 1/2/3/1.0 cannot be read"]);
    fs::write(&document, "four").unwrap();
    world.version.set("5.0.1");
    assert_eq!(
        world.look().bad,
        ["the core's schema is at 5.0.1 instead of 5.0.2"]
    );
}
