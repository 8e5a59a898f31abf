//! Return points by a command of the site's owner. Scripts with PostgreSQL's own tools stand in for a storage system: they
//! try what raylift does with a command, and say nothing about any storage system.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use raylift_model::plan::{OwnCommand, ReturnMeans};
use raylift_run::host::{Host, HostError, ReturnPoint};

use crate::commanded::{dump, note, reach, restore, script};
use crate::server::Kind;
use crate::world::World;

/// Where the stand-in keeps its snapshots, and how it reaches the database without being told.
fn store(world: &World) -> String {
    let access = world.access();
    format!(
        "export RAYLIFT_JDBC_URL='{}' RAYLIFT_JDBC_USER='{}' RAYLIFT_JDBC_PASSWORD='{}'\n{}",
        access.url,
        access.username,
        access.password.expose(),
        reach()
    )
}

struct Snapshots {
    world: World,
    means: ReturnMeans,
}

impl Snapshots {
    fn new(take: &str, back: Option<&str>) -> Self {
        let mut world = World::new(Kind::Postgresql);
        let documents = world.site.home().join("data/document_library");
        fs::create_dir_all(&documents).unwrap();
        fs::write(documents.join("one"), "a document").unwrap();
        world.site.plan.site.store = Some(documents);
        let store = store(&world);
        let take = script(&world, "take", &format!("{store}{take}"));
        let restore = back.map(|text| script(&world, "back", &format!("{store}{text}")));
        Self {
            world,
            means: ReturnMeans::Command { take, restore },
        }
    }

    fn working() -> Self {
        let take = format!(
            "echo one >>$here/runs\n{}\ncp -a $RAYLIFT_STORE $here/documents\necho 'taking it'; echo; echo ' snap-0042 '; echo",
            dump("$here/dump")
        );
        let back = format!(
            "[ \"${{@: -1}}\" = snap-0042 ] && [ $RAYLIFT_SNAPSHOT = snap-0042 ]\n{}\nrm -r $RAYLIFT_STORE; cp -a $here/documents $RAYLIFT_STORE",
            restore("$here/dump")
        );
        Self::new(&take, Some(&back))
    }

    fn take(&self) -> Result<ReturnPoint, HostError> {
        let plan = &self.world.site.plan;
        let place = self.world.place();
        self.world
            .host
            .take_return_point(plan, &place, &self.means, &mut |_| {})
    }

    fn restore(&self) -> Result<Vec<String>, HostError> {
        let plan = &self.world.site.plan;
        let place = self.world.place();
        self.world
            .host
            .restore_return_point(plan, &place, &self.means, &mut |_| {})
    }

    fn runs(&self) -> usize {
        let noted = fs::read_to_string(note(&self.world, "runs")).unwrap_or_default();
        noted.lines().count()
    }

    fn logs(&self) -> PathBuf {
        self.world
            .site
            .run_folder()
            .join("logs/restore-point-command")
    }

    fn command(&mut self) -> &mut OwnCommand {
        match &mut self.means {
            ReturnMeans::Command { take, .. } => take,
            _ => panic!(),
        }
    }
}

#[test]
fn a_snapshot_is_taken_once_and_brought_back() {
    let site = Snapshots::working();
    let world = &site.world;
    let index = world.site.home().join("data/elasticsearch7");
    fs::create_dir_all(&index).unwrap();
    let mut plan = world.site.plan.clone();
    plan.site.search_indexes = vec![index.clone()];
    let before = world.state();
    let point = site.take().unwrap();
    assert_eq!(point.snapshot.as_deref(), Some("snap-0042"));
    assert_eq!(point.documents, (1, 10));
    assert_eq!(point.release_rows.len(), 2);
    assert_eq!(site.take().unwrap(), point);
    assert_eq!(site.runs(), 1, "one that is there is not taken again");
    world.verify().unwrap();
    let record = fs::read_to_string(plan.site.state.join("last-snapshot.json")).unwrap();
    assert!(record.contains("snap-0042") && record.contains("milliseconds"));

    world.damage();
    let documents = plan.site.store.clone().unwrap();
    fs::write(documents.join("two"), "another").unwrap();
    let place = world.place();
    world
        .host
        .restore_return_point(&plan, &place, &site.means, &mut |_| {})
        .unwrap();
    assert_eq!(world.state().rows, before.rows);
    assert_eq!(world.host.documents(&plan).unwrap(), Some((1, 10)));
    assert!(!index.exists(), "a search index goes with its database");
    let rows = world.host.release_rows(&plan).unwrap();
    assert_eq!(rows, point.release_rows, "what the run compares");
}

/// The notes were not written any more: the command's own output says the id.
#[test]
fn a_command_that_ended_before_the_notes_is_not_run_again() {
    let site = Snapshots::working();
    site.take().unwrap();
    fs::remove_dir_all(site.world.place()).unwrap();
    let point = site.take().unwrap();
    assert_eq!(point.snapshot.as_deref(), Some("snap-0042"));
    assert_eq!(site.runs(), 1);
}

/// It lives on when raylift dies; who comes later waits for it. The first caller, which keeps its notes elsewhere, stands
/// in for a raylift that is gone.
#[test]
fn a_command_at_work_is_waited_for() {
    let site = Snapshots::new("echo one >>$here/runs\nsleep 3\necho snap-7", None);
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            let (plan, place) = (&site.world.site.plan, site.world.place().join("gone"));
            let host = &site.world.host;
            host.take_return_point(plan, &place, &site.means, &mut |_| {})
                .unwrap()
        });
        while site.runs() == 0 {
            thread::sleep(Duration::from_millis(50));
        }
        assert!(!site.logs().join("status").exists());
        let second = site.take().unwrap();
        assert_eq!(second.snapshot.as_deref(), Some("snap-7"));
        first.join().unwrap();
    });
    assert_eq!(site.runs(), 1);
}

/// The machine went down with it: there is output, no status, and nobody at work.
#[test]
fn a_command_that_went_down_with_the_machine_is_run_again() {
    let site = Snapshots::working();
    fs::create_dir_all(site.logs()).unwrap();
    fs::write(site.logs().join("output"), "snap-half").unwrap();
    fs::write(site.logs().join("errors"), "").unwrap();
    let point = site.take().unwrap();
    assert_eq!(point.snapshot.as_deref(), Some("snap-0042"));
    assert_eq!(site.runs(), 1);
}

#[test]
fn a_command_without_an_id_is_no_return_point() {
    for (text, said) in [
        ("true", "said no id"),
        ("printf '\\n  \\n'", "said no id"),
        ("echo --force", "is no id of a snapshot"),
        (
            "head -c 300 /dev/zero | tr '\\0' x; echo",
            "is no id of a snapshot",
        ),
        ("echo snap-1; echo 'pool is full' >&2; exit 4", "status 4"),
    ] {
        let site = Snapshots::new(text, None);
        let error = site.take().unwrap_err();
        assert_eq!(error.code, "RL0516", "{text}");
        assert!(error.message.contains(said), "{text}: {error}");
        let plan = &site.world.site.plan;
        let there = site.world.host.return_point(plan, &site.world.place());
        assert_eq!(there.unwrap(), None, "{text}");
    }
}

#[test]
fn a_command_that_is_not_there_or_never_ends_is_told() {
    let mut missing = Snapshots::new("true", None);
    missing.command().words = vec!["/nowhere/snapshot".to_owned()];
    let error = missing.take().unwrap_err();
    assert_eq!(error.code, "RL0516");
    assert!(error.message.contains("status 127"), "{error}");
    assert!(error.evidence[0].contains("/nowhere/snapshot"), "{error:?}");

    let mut slow = Snapshots::new(
        "trap '' TERM; sleep 100 & echo $! >$here/child; wait; sleep 100",
        None,
    );
    slow.command().seconds = 1;
    let error = slow.take().unwrap_err();
    assert_eq!(error.code, "RL0516");
    assert!(error.message.contains("did not end within 1 s"), "{error}");
    let child = fs::read_to_string(note(&slow.world, "child")).unwrap();
    // What has ended and was not collected has an empty one.
    let left = fs::read(PathBuf::from("/proc").join(child.trim()).join("cmdline"));
    assert!(
        left.unwrap_or_default().is_empty(),
        "what it started is ended, too"
    );
}

#[test]
fn without_a_command_a_person_is_asked_with_the_id() {
    let site = Snapshots::new("echo snap-9", None);
    site.take().unwrap();
    let error = site.restore().unwrap_err();
    assert_eq!(error.code, "RL0515");
    assert!(error.message.contains("snapshot snap-9"), "{error}");
    assert!(error.evidence[1].contains("raylift rollback --restored"));
}

#[test]
fn notes_alone_put_the_cores_row_back() {
    let world = World::new(Kind::Postgresql);
    let (plan, place) = (&world.site.plan, world.place());
    let before = world.state();
    let point = world
        .host
        .take_return_point(plan, &place, &ReturnMeans::Notes, &mut |_| {})
        .unwrap();
    assert_eq!(point.snapshot, None);
    world.sql("update Release_ set buildNumber = 7201, verified = false where releaseId = 1;");
    for _ in 0..2 {
        world.host.put_back_core_row(plan, &place).unwrap();
    }
    assert_eq!(world.state().rows, before.rows);
    assert!(!place.join("database").exists(), "nothing is copied");
}
