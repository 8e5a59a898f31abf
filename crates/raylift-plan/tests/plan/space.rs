//! How much room an update needs.

use raylift_model::facts::SiteFacts;
use raylift_model::plan::DatabaseMeans;
use raylift_model::proof::ProofRecord;
use raylift_model::settings::BackupSettings;
use raylift_plan::make;

use crate::facts::{release, site, wishes};

const DATABASE: u64 = 1 << 32;
const STORE: u64 = 1 << 40;

fn needed(change: impl Fn(&mut SiteFacts, &mut BackupSettings)) -> u64 {
    let (mut site, mut wishes) = (site(), wishes());
    change(&mut site, &mut wishes.settings.backup);
    let plan = make(&site, &release(), None, &wishes).unwrap();
    plan.space[0].needed
}

/// Below raylift's folder there is the dump of the proof only.
#[test]
fn a_return_point_on_the_server_needs_no_room_beside_the_home() {
    let needed = |means| {
        let mut site = crate::database_servers::on_postgresql(None);
        site.database.bytes = Some(DATABASE);
        let mut wishes = wishes();
        wishes.settings.restore_point.database = means;
        let plan = make(&site, &release(), None, &wishes).unwrap();
        plan.space[0].needed
    };
    let dumped = needed(DatabaseMeans::Dump);
    assert_eq!(dumped - needed(DatabaseMeans::Template), DATABASE);
}

/// For the return point and for what a rollback brings back; documents once less where the repository has them already
/// or lies elsewhere.
#[test]
fn documents_that_are_in_the_repository_need_no_room_there() {
    let bare = needed(|site, _| (site.database.bytes, site.store.bytes) = (Some(0), 0));
    let large =
        |site: &mut SiteFacts| (site.database.bytes, site.store.bytes) = (Some(DATABASE), STORE);
    let proof = |snapshot: Option<String>| ProofRecord {
        taken: "2026-11-20T00:00:00Z".to_owned(),
        compared: Vec::new(),
        database_bytes: 0,
        dump_milliseconds: 0,
        restore_milliseconds: 0,
        rows: 0,
        row_milliseconds: 0,
        documents: 1000,
        document_bytes: STORE - 5000,
        document_milliseconds: 0,
        snapshot,
        documents_compared: 1000,
        document_bytes_compared: STORE - 5000,
        check_milliseconds: 0,
        document_return_milliseconds: 0,
        copy: None,
    };
    let first = needed(|site, _| large(site));
    assert_eq!(first - bare, 2 * DATABASE + 2 * STORE);
    let copied = needed(|site, _| {
        large(site);
        site.last_proof = Some(proof(None));
    });
    assert_eq!(copied, first);
    let proven = needed(|site, _| {
        large(site);
        site.last_proof = Some(proof(Some("ab".repeat(32))));
    });
    assert_eq!(proven - bare, 2 * DATABASE + STORE + 5000);
    let elsewhere = needed(|site, backup| {
        large(site);
        backup.repository = Some("/mnt/backup".into());
    });
    assert_eq!(elsewhere - bare, 2 * DATABASE + STORE);
}
