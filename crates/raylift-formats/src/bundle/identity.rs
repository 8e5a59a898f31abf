//! Which build of Liferay a manifest belongs to.

use raylift_model::version::ReleaseVersion;

use super::manifest::Manifest;

/// What the manifests of `portal-impl.jar` and `portal-kernel.jar` say about the release they were built for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortalIdentity {
    /// `Liferay-Portal-Version`, when it is a version. The JARs of CE releases from 7.3 on carry the version of the
    /// commercial edition here (7.3.10, 7.4.13).
    pub version: Option<ReleaseVersion>,
    /// `Liferay-Portal-Version` as written.
    pub version_text: Option<String>,
    /// `Liferay-Portal-Version-Display-Name` (7.4 and later).
    pub display_name: Option<String>,
    /// `Liferay-Portal-Build-Number`. Every 7.4.3 release has the same.
    pub build_number: Option<u32>,
    /// `Liferay-Portal-Build-Date`, as written.
    pub build_date: Option<String>,
    /// `Liferay-Portal-Release-Info`, as written.
    pub release_info: Option<String>,
    /// `Git-SHA`: equal in the JARs of one build.
    pub git_sha: Option<String>,
}

/// Takes Liferay's own headers from a manifest; `None` when it has none of those that name a version.
pub fn portal_identity(manifest: &Manifest) -> Option<PortalIdentity> {
    let text = |name| manifest.text(name).map(str::to_owned);
    let version_text = text("Liferay-Portal-Version");
    let identity = PortalIdentity {
        version: version_text.as_deref().and_then(|text| text.parse().ok()),
        version_text,
        display_name: text("Liferay-Portal-Version-Display-Name"),
        build_number: manifest
            .text("Liferay-Portal-Build-Number")
            .and_then(|number| number.parse().ok()),
        build_date: text("Liferay-Portal-Build-Date"),
        release_info: text("Liferay-Portal-Release-Info"),
        git_sha: text("Git-SHA"),
    };
    (identity.version_text.is_some()
        || identity.build_number.is_some()
        || identity.release_info.is_some())
    .then_some(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_headers_of_a_portal_impl_are_read() {
        let manifest = Manifest::read(
            b"Git-SHA: 089de7f9c076a4dd5f982ca00952d568799ab1f9\r\nLiferay-Portal-Build-Number: 7201\r\n\
              Liferay-Portal-Release-Info: Liferay Community Edition Portal 7.2.1 CE\r\n  GA2\r\n\
              Liferay-Portal-Version: 7.2.1\r\n\r\n",
        );
        let identity = portal_identity(&manifest.value).unwrap();
        assert_eq!(identity.build_number, Some(7201));
        assert_eq!(identity.version.unwrap().as_str(), "7.2.1");
        assert_eq!(
            identity.release_info.as_deref(),
            Some("Liferay Community Edition Portal 7.2.1 CE GA2")
        );
    }

    #[test]
    fn an_ordinary_bundle_has_no_identity() {
        let manifest = Manifest::read(b"Bundle-SymbolicName: a\nGit-SHA: 1\n");
        assert_eq!(portal_identity(&manifest.value), None);
    }
}
