//! When the site answered last before a stop and first after a start, seen from outside while the engine works.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use raylift_model::answer::Answer;
use raylift_model::plan::HealthPlan;
use raylift_run::host::ServerProcess;

use super::health;
use super::processes;
use super::real::now;

/// Between two looks. How exactly an outage is measured, and how little a look must cost.
const INTERVAL: Duration = Duration::from_millis(25);

/// Watches a server that is being stopped or started, on a thread of its own: the engine waits for other things then,
/// and a question to a stopping server may hang.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    stopping: Option<Watch>,
    starting: Option<Watch>,
}

impl Answers {
    /// From now until the server ends: when did all probes answer well for the last time.
    pub(crate) fn watch_stop(&mut self, health: &HealthPlan, server: ServerProcess) {
        *self = Self {
            stopping: Some(Watch::last(health.clone(), server)),
            starting: None,
        };
    }

    /// From now until the server ends: when did all probes answer well for the first time.
    pub(crate) fn watch_start(&mut self, health: &HealthPlan, server: ServerProcess) {
        self.starting = Some(Watch::first(health.clone(), server));
    }

    /// What was seen and not told before. The watch for the last answer ends with this.
    pub(crate) fn take(&mut self) -> Vec<Answer> {
        let last = self.stopping.take().and_then(|watch| watch.seen());
        let first = self.starting.as_ref().and_then(Watch::seen);
        if first.is_some() {
            self.starting = None;
        }
        last.map(Answer::Last)
            .into_iter()
            .chain(first.map(Answer::First))
            .collect()
    }
}

/// One watch; its thread ends soon after the value is dropped.
#[derive(Debug)]
struct Watch {
    seen: Arc<Mutex<Option<String>>>,
    over: Arc<AtomicBool>,
}

impl Watch {
    fn last(health: HealthPlan, server: ServerProcess) -> Self {
        Self::new(server, move |seen| {
            if health::answers_well(&health) {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(now());
            }
            false
        })
    }

    fn first(health: HealthPlan, server: ServerProcess) -> Self {
        Self::new(server, move |seen| {
            let good = health::answers_well(&health);
            if good {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(now());
            }
            good
        })
    }

    /// Looks until a look says that it was the last one, the server ended, or nobody wants to know any more.
    fn new(
        server: ServerProcess,
        look: impl Fn(&Mutex<Option<String>>) -> bool + Send + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(None));
        let over = Arc::new(AtomicBool::new(false));
        let (noted, asked) = (Arc::clone(&seen), Arc::clone(&over));
        std::thread::spawn(move || {
            while !asked.load(Ordering::Relaxed) && processes::lives(server) && !look(&noted) {
                std::thread::sleep(INTERVAL);
            }
        });
        Self { seen, over }
    }

    fn seen(&self) -> Option<String> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::process::{Child, Command};

    use raylift_model::plan::{Probe, Timeouts};

    use super::*;

    /// A site on a free port that answers with this status, and a process that stands for its server.
    struct Site {
        health: HealthPlan,
        server: Child,
    }

    impl Site {
        fn new(status: &'static str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    let mut stream = stream.unwrap();
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        stream.read_exact(&mut byte).unwrap();
                        request.extend(byte);
                    }
                    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).ok();
                }
            });
            let probe = Probe {
                url,
                host: None,
                status: 200,
                text: None,
                title: None,
            };
            Self {
                health: HealthPlan {
                    probes: vec![probe],
                    documents: Vec::new(),
                    stable_seconds: 0,
                    timeouts: Timeouts {
                        stop_seconds: 1,
                        start_seconds: 1,
                        upgrade_seconds: 1,
                    },
                },
                server: Command::new("sleep").arg("600").spawn().unwrap(),
            }
        }

        fn process(&self) -> ServerProcess {
            processes::identity(self.server.id()).unwrap()
        }
    }

    impl Drop for Site {
        fn drop(&mut self) {
            self.server.kill().ok();
            self.server.wait().ok();
        }
    }

    #[test]
    fn the_first_good_answer_is_told_once() {
        let site = Site::new("200 OK");
        let mut answers = Answers::default();
        answers.watch_start(&site.health, site.process());
        let told = loop {
            let told = answers.take();
            if !told.is_empty() {
                break told;
            }
            std::thread::yield_now();
        };
        assert!(matches!(told.as_slice(), [Answer::First(_)]), "{told:?}");
        assert!(answers.take().is_empty());
    }

    #[test]
    fn the_last_good_answer_is_not_later_than_the_end_of_the_server() {
        let mut site = Site::new("200 OK");
        let mut answers = Answers::default();
        let began = now();
        answers.watch_stop(&site.health, site.process());
        while answers.stopping.as_ref().unwrap().seen().is_none() {
            std::thread::yield_now();
        }
        site.server.kill().unwrap();
        site.server.wait().unwrap();
        let told = answers.take();
        let ended = now();
        let [Answer::Last(time)] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert!((&began..=&ended).contains(&time), "{began} {time} {ended}");
        assert!(answers.take().is_empty());
    }

    #[test]
    fn an_error_page_is_no_good_answer() {
        let site = Site::new("500 Internal Server Error");
        assert!(!health::answers_well(&site.health));
        assert!(!health::answers_well(&HealthPlan {
            probes: Vec::new(),
            ..site.health.clone()
        }));
    }
}
