//! A site in memory: trees, fence, server, database, documents, and raylift's own places.

mod check;
mod data;
mod effects;
mod exchange;
mod health;
mod host;
mod plan;
mod point;
mod server;
mod snapshot;
mod store;

use std::cell::RefCell;
use std::rc::Rc;

use raylift_model::plan::Plan;

pub(crate) use check::{Ending, Site};
pub(crate) use data::{Data, Point};
pub(crate) use effects::{Death, Trouble};
pub(crate) use plan::plan;
pub(crate) use server::Server;
pub(crate) use snapshot::Snapshot;
pub(crate) use store::Store;

/// What a tree belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tree {
    Old,
    New,
}

/// One exchanged path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) live: Option<Tree>,
    pub(crate) staged: Option<Tree>,
    /// Between two renames, on a file system that cannot exchange.
    pub(crate) between: Option<Tree>,
    /// The marker in the new tree.
    pub(crate) marker: bool,
}

/// What kind of site it is and what goes wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Setup {
    /// Upgrade steps are required.
    pub(crate) upgrade: bool,
    /// A supervisor restarts what dies.
    pub(crate) supervisor: bool,
    /// The file system has no exchange.
    pub(crate) two_renames: bool,
    /// The site was stopped when the plan was made.
    pub(crate) stopped: bool,
    pub(crate) new_site: NewSite,
    /// The server ignores the stop command.
    pub(crate) deaf: bool,
    /// The server ignores TERM too.
    pub(crate) stubborn: bool,
    /// An upgrade step fails.
    pub(crate) upgrade_fails: bool,
    /// Something the plan is bound to changes, before (`false`) or after (`true`) the stop.
    pub(crate) drift: Option<bool>,
    /// The fence says that it is up and keeps nobody out.
    pub(crate) fence_leaks: bool,
    /// The release is another one than planned.
    pub(crate) other_release: bool,
    /// By what means the return point is taken.
    pub(crate) means: Means,
    /// The owner's command for a snapshot fails.
    pub(crate) command_fails: bool,
    /// A tool or the owner's command brings no row back and says that it did.
    pub(crate) restore_lies: bool,
    /// The plan has no proof.
    pub(crate) unproven: bool,
    /// Somebody else uses the backup repository.
    pub(crate) repository_used: bool,
    /// Somebody else is connected to the database, for so many looks.
    pub(crate) sessions: usize,
}

/// By what means the return point is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Means {
    #[default]
    Copies,
    /// The owner's command, and another that brings it back.
    Command,
    /// The owner's command; a person brings it back.
    ByHand,
    /// Nothing is copied.
    Notes,
}

/// How the new site turns out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NewSite {
    #[default]
    Good,
    /// A fatal line in the log.
    Fatal,
    /// Never an answer.
    Silent,
    /// The process ends soon after it started.
    Dies,
}

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) setup: Setup,
    pub(crate) plan: Rc<Plan>,
    pub(crate) clock: u64,
    pub(crate) effects: usize,
    pub(crate) names: Vec<&'static str>,
    pub(crate) trouble: Trouble,
    /// How long after a command's end the next one comes, in milliseconds.
    pub(crate) pause: u64,
    pub(crate) journal: Vec<u8>,
    pub(crate) commit_begun: bool,
    pub(crate) places: Vec<Place>,
    pub(crate) staged: bool,
    pub(crate) scratch: bool,
    pub(crate) fence: bool,
    pub(crate) stash: bool,
    pub(crate) server: Option<Server>,
    /// When a server that was started just before raylift died shows itself.
    pub(crate) late_server: Option<u64>,
    pub(crate) processes: u32,
    /// The site was stopped by raylift and is not yet judged healthy.
    pub(crate) between: bool,
    pub(crate) good_since: Option<u64>,
    pub(crate) data: Data,
    pub(crate) point: Option<Point>,
    /// What the owner's command keeps, wherever that is.
    pub(crate) snapshot: Option<Snapshot>,
    /// How often the command was run to its end.
    pub(crate) snapshots: usize,
    /// What a restore set aside.
    pub(crate) aside: Data,
    pub(crate) client: bool,
    /// Everything the users wrote and to which release.
    pub(crate) written: Vec<(u32, Tree)>,
    pub(crate) interrupted: bool,
    pub(crate) questions: usize,
    pub(crate) violations: Vec<String>,
}

/// The world; clones share it, [`World::copy`] does not.
#[derive(Clone)]
pub(crate) struct World(Rc<RefCell<Inner>>);

impl World {
    pub(crate) fn new(setup: Setup) -> Self {
        let plan = Rc::new(plan(&setup));
        let places = plan
            .exchanges
            .iter()
            .map(|exchange| Place {
                live: exchange.live_exists.then_some(Tree::Old),
                ..Place::default()
            })
            .collect();
        let mut inner = Inner {
            plan,
            clock: 0,
            effects: 0,
            names: Vec::new(),
            trouble: Trouble::None,
            pause: 6_000,
            journal: Vec::new(),
            commit_begun: false,
            places,
            staged: false,
            scratch: false,
            fence: false,
            stash: false,
            server: None,
            late_server: None,
            processes: 100,
            between: false,
            good_since: None,
            data: Data::new(),
            point: None,
            snapshot: None,
            snapshots: 0,
            aside: Data::default(),
            client: false,
            written: Vec::new(),
            interrupted: false,
            questions: 0,
            violations: Vec::new(),
            setup,
        };
        if !inner.setup.stopped {
            inner.spawn(false);
        }
        let world = Self(Rc::new(RefCell::new(inner)));
        world.pass(6_000);
        world
    }

    /// The same world once more, on its own.
    pub(crate) fn copy(&self) -> Self {
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }

    pub(crate) fn inner<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.0.borrow_mut())
    }

    pub(crate) fn plan(&self) -> Rc<Plan> {
        self.inner(|inner| Rc::clone(&inner.plan))
    }

    /// What happens from the next effect on; effects are counted anew.
    pub(crate) fn order(&self, trouble: Trouble) {
        self.inner(|inner| {
            inner.trouble = trouble;
            inner.effects = 0;
            inner.questions = 0;
            inner.names.clear();
            inner.interrupted = false;
        });
    }

    pub(crate) fn effects(&self) -> usize {
        self.inner(|inner| inner.effects)
    }

    /// After a power failure somebody starts a site that no supervisor starts, as after any other.
    pub(crate) fn somebody_starts(&self) {
        self.inner(|inner| {
            if inner.server.is_none() && !inner.fence {
                inner.spawn(false);
            }
        });
    }

    /// Lets time pass without raylift.
    pub(crate) fn pass(&self, milliseconds: u64) {
        self.inner(|inner| {
            for _ in 0..milliseconds / 1000 {
                inner.clock += 1000;
                inner.live_on();
            }
        });
    }
}
