//! The health gate.

use raylift_model::plan::Action;

use super::{Context, Notes, fence, waiting};
use crate::host::{HostError, Progress};

/// Waits until the new site is healthy. A server that is gone because the machine restarted is started once more,
/// which is the same as going on; one that ended by itself is for the gate to condemn.
pub(super) fn run(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    let mut notes = Notes::new();
    if context.taken_up && context.host.server(context.plan)?.is_none() {
        fence::require_up(context)?;
        let server = context.host.start_server(context.plan, progress)?;
        notes.push(format!(
            "Liferay {} was gone and runs again as process {}",
            context.plan.to, server.pid
        ));
    }
    notes.extend(waiting::until_healthy(context, true, progress)?);
    if context.plan.has_return_point() {
        progress("noting what the healthy site holds".to_owned());
        // A rollback then cannot tell users' writes from the upgrade's, and says so; the site is healthy all the same.
        if let Err(error) = context.host.note_healthy(context.plan) {
            notes.push(format!(
                "what the healthy site holds could not be noted: {error}"
            ));
        }
    }
    // What cannot be counted is said and condemns nothing either.
    notes.extend(match census(context) {
        Ok(note) => note,
        Err(error) => Some(format!("the documents could not be counted: {error}")),
    });
    Ok(notes)
}

/// The document store counted again. It says what it saw and condemns nothing: upgrade steps may move documents, and the
/// samples of the health gate are what a site without its documents fails on.
fn census(context: &Context<'_>) -> Result<Option<String>, HostError> {
    let Some((files, bytes)) = context.host.documents(context.plan)? else {
        return Ok(None);
    };
    let place = context
        .plan
        .actions
        .iter()
        .find_map(|planned| match &planned.action {
            Action::TakeReturnPoint { place, .. } => Some(place),
            _ => None,
        });
    let before = place
        .map(|place| context.host.return_point(context.plan, place))
        .transpose()?
        .flatten()
        .map(|point| point.documents);
    Ok(Some(match before {
        None => format!("documents: {files} files with {bytes} bytes"),
        Some(before) if before == (files, bytes) => {
            format!("documents: {files} files with {bytes} bytes, as before the update")
        }
        Some((old_files, old_bytes)) => format!(
            "documents: {files} files with {bytes} bytes; before the update there were {old_files} with {old_bytes}"
        ),
    }))
}
