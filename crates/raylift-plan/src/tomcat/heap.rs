//! The heap that a script gives to the Java machine, in which only the last of an option counts.

use raylift_formats::merge::{Dialect, Refused, script};

use super::formats::Format;
use super::rules::size;

/// Whether the site's file gives the old release's `-Xmx`, so that the whole heap may follow the new one.
pub(super) fn follows(format: Format, site: &[u8], old: Option<&str>) -> bool {
    let Format::Shell(dialect) = format else {
        return false;
    };
    old.is_some_and(|old| last(dialect, site, "-Xmx") == last(dialect, old.as_bytes(), "-Xmx"))
}

/// # Errors
/// [`Refused`] when the heap of a merged script starts larger than it may become, with which Java ends at once, and the
/// site's own does not.
pub(super) fn fits(format: Format, site: &[u8], merged: &[u8]) -> Result<(), Refused> {
    match format {
        Format::Shell(dialect)
            if starts_too_large(dialect, merged) && !starts_too_large(dialect, site) =>
        {
            let why = "its -Xms would be more than its -Xmx";
            Err(Refused(why.to_owned()))
        }
        _ => Ok(()),
    }
}

fn starts_too_large(dialect: Dialect, text: &[u8]) -> bool {
    let bytes = |option: &str| size(last(dialect, text, option).as_deref());
    bytes("-Xms")
        .zip(bytes("-Xmx"))
        .is_some_and(|(start, most)| start > most)
}

fn last(dialect: Dialect, text: &[u8], option: &str) -> Option<String> {
    script(text, dialect).last_option(option).map(str::to_owned)
}
