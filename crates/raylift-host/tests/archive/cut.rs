//! Archives that end too early, or hold anything at all.

use proptest::prelude::*;
use raylift_model::codes;

use crate::{every_form, put, read};

/// Every fiftieth of a good archive, and every byte of its last hundred, where ends and trailers are.
#[test]
fn every_cut_is_detected() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _, bytes) in every_form() {
        let fiftieths = (0..50).map(|part| bytes.len() * part / 50);
        let last = bytes.len().saturating_sub(100)..bytes.len();
        for length in fiftieths.chain(last) {
            let path = put(folder.path(), name, &bytes[..length]);
            match read(&path) {
                Ok(_) => panic!("{name} cut to {length} of {} bytes was read", bytes.len()),
                Err(error) => assert_eq!(
                    error.code,
                    codes::ARCHIVE_UNREADABLE,
                    "{name} cut to {length}: {}",
                    error.message
                ),
            }
        }
        assert!(read(&put(folder.path(), name, &bytes)).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a file, reading it gives a result.
    #[test]
    fn random_bytes_never_panic(form in 0_usize..4, bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let start: &[u8] = [b"PK\x03\x04".as_slice(), b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b""][form];
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "a.zip", &[start, &bytes].concat());
        prop_assert!(read(&path).is_err());
    }

    /// A good archive with some bytes changed is read as good or refused, and never unpacks to something that leaves.
    #[test]
    fn damaged_archives_never_panic(
        form in 0_usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (name, _, mut bytes) = every_form().swap_remove(form);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let folder = tempfile::tempdir().unwrap();
        if let Ok(entries) = read(&put(folder.path(), name, &bytes)) {
            for path in entries.keys() {
                let inside = std::path::Path::new(path)
                    .components()
                    .all(|part| matches!(part, std::path::Component::Normal(_)));
                prop_assert!(inside, "{}", path);
            }
        }
    }
}
