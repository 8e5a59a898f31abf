//! Properties files as Java reads them.

use raylift_formats::properties::{Encoding, read};

/// The value of one key.
pub(crate) fn value_of(bytes: &[u8], key: &str) -> Option<String> {
    read(bytes, Encoding::Utf8)
        .value
        .get(key)
        .map(str::to_owned)
}
