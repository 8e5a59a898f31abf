//! Which check a release makes when it starts.

use raylift_model::facts::StartupCheck;

use crate::class::{ClassFile, ClassSource};

/// The class whose calls tell.
const STARTUP_ACTION: &str = "com/liferay/portal/events/StartupAction";

/// Reads the check from the calls in `StartupAction`: 7.1 and 7.2 GA1 call `DBUpgrader.checkRequiredBuildNumber`, later
/// releases `verifyRequiredSchemaVersion` (seen in the class files of 7.1.2 to 7.4.3.103).
pub(super) fn startup_check(
    source: ClassSource<'_>,
    undetermined: &mut Vec<String>,
) -> StartupCheck {
    let calls = source(STARTUP_ACTION)
        .ok_or_else(|| "class com.liferay.portal.events.StartupAction is missing".to_owned())
        .and_then(|bytes| {
            ClassFile::read(bytes)
                .and_then(|class| class.calls())
                .map_err(|error| error.to_string())
        });
    let calls = match calls {
        Ok(calls) => calls,
        Err(reason) => {
            undetermined.push(format!("start-up check: {reason}"));
            return StartupCheck::Undetermined;
        }
    };
    let has = |name: &str| calls.iter().any(|call| call.name == name);
    match (
        has("checkRequiredBuildNumber"),
        has("verifyRequiredSchemaVersion"),
    ) {
        (true, false) => StartupCheck::BuildNumber,
        (false, true) => StartupCheck::SchemaVersion,
        (both, _) => {
            let reason = if both {
                "StartupAction makes both known checks"
            } else {
                "StartupAction makes no known check"
            };
            undetermined.push(format!("start-up check: {reason}"));
            StartupCheck::Undetermined
        }
    }
}
