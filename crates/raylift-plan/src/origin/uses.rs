//! What people know a file as.

use raylift_model::facts::ArchiveFacts;
use raylift_model::names::RelativePath;
use raylift_model::origin::FileUse;

use super::places::PROPERTIES;

/// The kind by place, name and what the archive says.
pub(super) fn kind(
    path: &RelativePath,
    tomcat: &RelativePath,
    archive: Option<&ArchiveFacts>,
) -> Option<FileUse> {
    let name = path.file_name();
    let ending = name
        .rsplit_once('.')
        .map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase());
    let below = |folder: &str| path.below(&RelativePath::new(folder)).is_some();
    if archive.is_some_and(|archive| archive.patches.is_some())
        || name.starts_with("portal-patcher-")
        || below("patching-tool")
    {
        return Some(FileUse::HotFix);
    }
    if is_licence(path, &ending) {
        return Some(FileUse::Licence);
    }
    if below("osgi/configs") && matches!(ending.as_str(), "config" | "cfg") {
        return Some(FileUse::Configuration);
    }
    match ending.as_str() {
        "lpkg" => return Some(FileUse::Package),
        "jar" | "war" if below("osgi/marketplace/override") => return Some(FileUse::LpkgOverride),
        "war" if archive.is_some_and(|archive| archive.theme) => return Some(FileUse::Theme),
        "war" => return Some(FileUse::WebArchive),
        "jar" if below("osgi/static") => return Some(FileUse::StaticBundle),
        "jar" if below("osgi/modules") => return Some(FileUse::Module),
        _ => {}
    }
    if below("osgi/log4j") {
        return Some(FileUse::Log4jExtension);
    }
    if !path.as_str().contains('/') && PROPERTIES.contains(&name) && ending == "properties" {
        return Some(FileUse::PortalProperties);
    }
    in_tomcat(&RelativePath::new(path.below(tomcat)?), archive)
}

fn in_tomcat(path: &RelativePath, archive: Option<&ArchiveFacts>) -> Option<FileUse> {
    let by_name = match path.as_str() {
        "bin/setenv.sh" | "bin/setenv.bat" => Some(FileUse::Setenv),
        "conf/server.xml" => Some(FileUse::ServerXml),
        "conf/context.xml" => Some(FileUse::Context),
        "conf/catalina.properties" => Some(FileUse::CatalinaProperties),
        "conf/logging.properties" => Some(FileUse::LoggingProperties),
        "conf/web.xml"
        | "webapps/ROOT/WEB-INF/web.xml"
        | "webapps/ROOT/WEB-INF/shielded-container-web.xml" => Some(FileUse::WebXml),
        other if other.starts_with("conf/Catalina/") && path.file_name() == "ROOT.xml" => {
            Some(FileUse::RootContext)
        }
        _ => None,
    };
    by_name
        .or_else(|| {
            archive
                .is_some_and(|archive| !archive.drivers.is_empty())
                .then_some(FileUse::JdbcDriver)
        })
        .or_else(|| is_ext_plugin(path.file_name()).then_some(FileUse::ExtPlugin))
        .or_else(|| on_class_path(path.below(&RelativePath::new("webapps/ROOT/WEB-INF/classes"))?))
        .or_else(|| on_class_path(path.below(&RelativePath::new("lib/ext"))?))
}

/// What a file on the portal's class path extends, by its path there; `None` for anything else.
///
/// Properties: layout-and-artifacts 4.1. Log4j: Liferay's manual of `osgi/log4j` and of `portal-log4j-ext.xml`. Ehcache:
/// layout-and-artifacts 1.3.
pub(super) fn on_class_path(path: &str) -> Option<FileUse> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if path == "META-INF/portal-log4j-ext.xml" {
        return Some(FileUse::Log4jExtension);
    }
    if name.ends_with(".xml")
        && (path.starts_with("ehcache-config/") || path.starts_with("ehcache/"))
    {
        return Some(FileUse::EhcacheExtension);
    }
    (name == path
        && name.ends_with(".properties")
        && (name.starts_with("portal-") || name.starts_with("system-")))
    .then_some(FileUse::PortalProperties)
}

/// `ext-NAME-impl.jar`, `ext-NAME-service.jar`, `ext-NAME-util-….jar`, `ext-NAME.xml`: what a deployed Ext plugin leaves in
/// the web application. By inference from these names in Ext plugins' manuals.
pub(super) fn is_ext_plugin(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("ext-") else {
        return false;
    };
    rest.ends_with(".xml")
        || (rest.ends_with(".jar")
            && ["-impl", "-service", "-util"]
                .iter()
                .any(|part| rest.contains(part)))
}

/// An XML file waiting in `deploy` is one when its name says so; what waits in `data/license` always is
/// (layout-and-artifacts 11).
fn is_licence(path: &RelativePath, ending: &str) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let says_so = name.contains("license") || name.contains("activation");
    ending == "li"
        || path.below(&RelativePath::new("data/license")).is_some()
        || (ending == "xml" && says_so && matches!(path.parent(), "deploy" | "license"))
}
