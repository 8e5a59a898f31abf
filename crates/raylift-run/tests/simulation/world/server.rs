//! The server, its users, and whoever else starts it.

use raylift_run::host::ServerProcess;

use super::{Data, Inner, NewSite, Tree};

const STARTS_IN: u64 = 3_000;
const STOPS_IN: u64 = 500;
const NEW_DIES_AFTER: u64 = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) process: ServerProcess,
    /// `None` when it was started from a mixture.
    pub(crate) release: Option<Tree>,
    pub(crate) since: u64,
    pub(crate) ends: Option<u64>,
}

impl Inner {
    /// What happens by itself between two effects.
    pub(crate) fn live_on(&mut self) {
        if self.late_server.is_some_and(|at| at <= self.clock) {
            self.late_server = None;
            if self.server.is_some() {
                self.violate("a second server was started on the site");
            }
            self.spawn(true);
        }
        if let Some(server) = &self.server
            && (server.ends.is_some_and(|at| at <= self.clock) || self.dies(server))
        {
            self.between |= server.ends.is_some();
            self.server = None;
            self.good_since = None;
        }
        if self.server.is_none() && self.late_server.is_none() {
            // A site that was stopped before is whole again when it is as it was, without being judged.
            if self.setup.stopped
                && self.live_release() == Some(Tree::Old)
                && self.data.accepted_by_old()
            {
                self.between = false;
            }
            self.somebody_starts();
        }
        self.users_write();
        self.check_always();
    }

    pub(crate) fn live_release(&self) -> Option<Tree> {
        let all = |tree| {
            self.places
                .iter()
                .zip(&self.plan.exchanges)
                .all(|(place, exchange)| {
                    place.live == Some(tree)
                        || (tree == Tree::Old && place.live.is_none() && !exchange.live_exists)
                })
        };
        [Tree::Old, Tree::New].into_iter().find(|tree| all(*tree))
    }

    pub(crate) fn spawn(&mut self, by_raylift: bool) {
        self.processes += 1;
        let release = self.live_release();
        if release.is_none() {
            self.violate("a server was started from a mixture of trees");
        }
        if !by_raylift && self.between {
            self.violate("somebody else started the site between quiesced and healthy");
        }
        if self.client {
            self.violate("a server was started while the upgrade client was at work");
        }
        self.good_since = None;
        self.server = Some(Server {
            process: ServerProcess {
                pid: self.processes,
                started: self.clock,
            },
            release,
            since: self.clock,
            ends: None,
        });
    }

    pub(crate) fn ask_to_end(&mut self) {
        let ends = self.clock + STOPS_IN;
        if let Some(server) = &mut self.server {
            server.ends.get_or_insert(ends);
        }
    }

    /// True when the server has started and answers as it should.
    pub(crate) fn serves(&self) -> bool {
        self.server.as_ref().is_some_and(|server| {
            self.is_ready(server)
                && server.ends.is_none()
                && match server.release {
                    Some(Tree::Old) => self.data.accepted_by_old(),
                    Some(Tree::New) => {
                        self.setup.new_site == NewSite::Good
                            && self.data.accepted_by_new(self.setup.upgrade)
                    }
                    None => false,
                }
        })
    }

    pub(crate) fn is_ready(&self, server: &Server) -> bool {
        self.clock >= server.since + STARTS_IN
    }

    fn dies(&self, server: &Server) -> bool {
        self.setup.new_site == NewSite::Dies
            && server.release == Some(Tree::New)
            && self.clock >= server.since + NEW_DIES_AFTER
    }

    fn somebody_starts(&mut self) {
        let kept_out = self.fence && !self.setup.fence_leaks;
        if kept_out {
            return;
        }
        if self.setup.supervisor {
            self.spawn(false);
        } else if self.between {
            self.violate("anybody could have started the site between quiesced and healthy");
        }
    }

    /// The portal writes its build number when it starts; users write whenever it answers.
    fn users_write(&mut self) {
        if !self.serves() {
            return;
        }
        let Some(release) = self.server.as_ref().and_then(|server| server.release) else {
            return;
        };
        if release == Tree::New {
            self.data.build = Data::NEW_BUILD;
        }
        if self.effects.is_multiple_of(5) {
            let number = self.written.len() as u32;
            self.written.push((number, release));
            self.data.rows.insert(number);
            self.data.documents.insert(number);
        }
    }
}
