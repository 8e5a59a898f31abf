//! The folders that are exchanged.

use raylift_model::names::RelativePath;

use crate::wishes::AppServer;

/// Files that name a release, at the home's top and in Tomcat's folder.
pub(crate) const MARKERS: [&str; 3] = [".githash", ".liferay-home", ".liferay-version"];

/// What is exchanged in the layout of 7.0 to 7.3, relative to the home.
///
/// Source: Liferay's hot-fix builder, `in_hotfix_scope`, and the licence folder of the bundles.
pub(crate) fn roots(tomcat: &RelativePath, app_server: AppServer) -> Vec<RelativePath> {
    let mut roots = vec![RelativePath::new("osgi"), tomcat.join("webapps/ROOT")];
    match app_server {
        AppServer::Keep => roots.push(tomcat.join("lib/ext")),
        AppServer::Bundle => roots.extend([tomcat.join("lib"), tomcat.join("conf")]),
    }
    roots.extend([RelativePath::new("tools"), RelativePath::new("license")]);
    roots
}
