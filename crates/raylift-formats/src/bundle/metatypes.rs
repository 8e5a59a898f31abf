//! The metatypes of a bundle: every `OSGI-INF/metatype/*.xml` (OSGi Compendium, section 105.6).

use raylift_model::facts::Metatypes;

use super::jar::Jar;
use crate::metatype;

/// The folder of the documents.
const FOLDER: &str = "OSGI-INF/metatype/";
/// The largest document that is unpacked, in bytes; real ones have some kilobytes.
const LARGEST: u64 = 4 << 20;
/// Bytes of all documents of one bundle together, and what each counts at least.
const LARGEST_WHOLE: u64 = 32 << 20;
const SMALLEST: u64 = 1 << 10;

/// Reads all of them; what could not be read stands in [`Metatypes::undetermined`].
pub(super) fn read(jar: &mut Jar<'_>) -> Metatypes {
    let mut metatypes = Metatypes::default();
    let mut left = LARGEST_WHOLE;
    for name in documents(jar) {
        if left == 0 {
            metatypes.undetermined.push(format!(
                "{name} and those after it: the metatypes take more than {LARGEST_WHOLE} bytes"
            ));
            break;
        }
        left = left.saturating_sub(jar.size(&name).clamp(SMALLEST, LARGEST));
        let bytes = match jar.read(&name, LARGEST) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(error) => {
                metatypes.undetermined.push(error.to_string());
                continue;
            }
        };
        match metatype::read(&bytes) {
            Ok(read) => {
                metatypes.definitions.extend(read.value);
                let remarks = read.diagnostics.iter();
                metatypes
                    .undetermined
                    .extend(remarks.map(|remark| format!("{name}: {remark}")));
            }
            Err(error) => metatypes.undetermined.push(format!("{name}: {error}")),
        }
    }
    metatypes
}

/// Documents lie in the folder itself; what lies deeper is not looked for (Felix, `MetaTypeServiceImpl`: `findEntries`
/// without recursion).
fn documents(jar: &Jar<'_>) -> Vec<String> {
    let mut names = jar.names_in(FOLDER);
    names.retain(|name| name.ends_with(".xml"));
    names.sort();
    names.dedup();
    names
}
