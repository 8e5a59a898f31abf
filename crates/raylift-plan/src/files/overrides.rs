//! The site's overrides of modules, made for the old release.

use raylift_model::codes;
use raylift_model::facts::{BundleFacts, FileFact};
use raylift_model::finding::{Finding, Severity};

use crate::files::origin::Sides;

/// Says which module of the new release an override will shadow, and in which versions. The server takes an override by
/// its file's name, which is the module's symbolic name (layout-and-artifacts 7). `None` for a static bundle that
/// overrides nothing.
pub(crate) fn finding(file: &FileFact, sides: &Sides<'_>) -> Option<Finding> {
    let name = file.path.file_name();
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    let own = sides.origins.bundles_in(&file.path).first();
    let shadowed: Vec<&BundleFacts> = sides
        .release
        .bundles
        .iter()
        .filter(|bundle| bundle.symbolic_name.as_str() == name && bundle.file != file.path)
        .collect();
    let is_static = file.path.as_str().starts_with("osgi/static/");
    if is_static && shadowed.is_empty() {
        return None;
    }
    let version = own.map_or_else(
        || "of unknown version".to_owned(),
        |bundle| format!("{} {}", bundle.symbolic_name, bundle.version),
    );
    let mut finding = match shadowed.first() {
        Some(bundle) => Finding::new(
            Severity::Warning,
            codes::OVERRIDE_CARRIED,
            file.path.to_string(),
            format!(
                "an override made for the old release ({version}) is carried and will shadow {} {} of the new release",
                bundle.symbolic_name, bundle.version
            ),
            "compare it with the module of the new release, or remove it before the update",
        ),
        None => Finding::new(
            Severity::Warning,
            codes::OVERRIDE_CARRIED,
            file.path.to_string(),
            format!(
                "an override made for the old release ({version}) is carried; the new release was not seen to have a module of this name, which it could shadow"
            ),
            "remove it before the update, when the new release no longer has the module",
        ),
    };
    for bundle in shadowed {
        finding = finding.because(match &bundle.entry {
            Some(entry) => format!("{}!/{entry}", bundle.file),
            None => bundle.file.to_string(),
        });
    }
    let folder = file.path.parent();
    Some(finding.because(format!(
        "a file in {folder} replaces the module of the same name"
    )))
}
