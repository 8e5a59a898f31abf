//! What `com.liferay.portal.kernel.util.ReleaseInfo` in `portal-kernel.jar` says about its release.

use crate::class::{ClassError, ClassFile};

/// Internal name of the class.
pub const CLASS: &str = "com/liferay/portal/kernel/util/ReleaseInfo";

/// The class's private text constants, as it spells them (read with `javap` in portal-kernel 4.35.3 and 128.0.1). The
/// JARs on Maven Central for 7.3 and later name the commercial edition, also those of a CE release (real-core facts,
/// section 2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// `getName`: `Liferay Community Edition Portal`.
    pub name: Option<String>,
    /// `getVersion`: `7.2.1`.
    pub version: Option<String>,
    /// `getVersionDisplayName`: `7.2.1 CE GA2`.
    pub display_name: Option<String>,
    /// `getBuildNumber`: 7201. Every 7.4.3 release has the same.
    pub build_number: Option<u32>,
    /// `getCodeName`: `Mueller`.
    pub code_name: Option<String>,
    /// What `getBuildDate` parses: `October 15, 2019`.
    pub date: Option<String>,
}

/// Reads the class file; a constant that is not there is `None`.
///
/// # Errors
/// [`ClassError`] when the class file is damaged.
pub fn read(class: Vec<u8>) -> Result<ReleaseInfo, ClassError> {
    let constants = ClassFile::read(class)?.text_constants()?;
    let text = |name: &str| {
        constants
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.clone())
    };
    Ok(ReleaseInfo {
        name: text("_NAME"),
        version: text("_VERSION"),
        display_name: text("_VERSION_DISPLAY_NAME"),
        build_number: text("_BUILD").and_then(|number| number.parse().ok()),
        code_name: text("_CODE_NAME"),
        date: text("_DATE"),
    })
}
