//! What of a release's Tomcat files is Liferay's, and goes into the files of a Tomcat that the site keeps.
//!
//! Source: layout-and-artifacts 1.3 (`build-dist.xml`, target `unzip-tomcat`, and the manual's page on Tomcat). Everything
//! else in these files is Tomcat's own and belongs to its version.

use raylift_formats::merge::{Item, Ruling, option_name};

use super::java;

/// Parameters of the JSP servlet that releases up to 7.3 set; of them 7.4 needs none.
const JSP: [&str; 3] = ["compilerSourceVM", "compilerTargetVM", "tagpoolClassName"];
/// Levels that the manual proposes for `logging.properties`.
const LEVELS: [&str; 4] = [
    "org.apache.catalina.startup.Catalina.level",
    "org.apache.catalina.startup.ClassLoaderFactory.level",
    "org.apache.catalina.startup.VersionLoggerListener.level",
    "org.apache.level",
];
/// Options that the manual demands of every site.
pub(super) const DEMANDED: [&str; 2] = ["-Dfile.encoding", "-Duser.timezone"];

/// Rules for one file.
pub(super) struct Rules<'a> {
    /// Below Tomcat's folder.
    pub(super) name: &'a str,
    /// The old release's file is known.
    pub(super) has_old: bool,
    /// JARs stay in `lib/ext` after the update.
    pub(super) uses_lib_ext: bool,
    /// Major version of the site's Java.
    pub(super) java: Option<u32>,
    /// The site's `-Xmx` is the old release's ([`super::heap::follows`]).
    pub(super) heap_follows: bool,
}

impl Rules<'_> {
    pub(super) fn rule(&self, item: &Item<'_>) -> Ruling {
        match self.name {
            "conf/catalina.properties" => self.loader(item),
            "conf/logging.properties" if self.has_old && LEVELS.contains(&item.place) => {
                Ruling::Usual
            }
            // Tomcat 8 and later decode URLs as UTF-8 by themselves, so that nothing is lost without an old file.
            "conf/server.xml" if self.has_old && item.place.ends_with("@URIEncoding") => {
                Ruling::Usual
            }
            "conf/web.xml" => self.jsp(item),
            "conf/Catalina/localhost/ROOT.xml" => self.context(item),
            "bin/setenv.sh" | "bin/setenv.bat" => self.option(item),
            _ => Ruling::Leave,
        }
    }

    /// `common.loader` by element: `lib/ext` of 7.3 and before, the support JAR of 7.4.
    fn loader(&self, item: &Item<'_>) -> Ruling {
        let Some((key, element)) = item.place.split_once(' ') else {
            return Ruling::Leave;
        };
        let is_lib_ext = element.contains("/lib/ext");
        if key != "common.loader" || !(is_lib_ext || element.contains("/webapps/ROOT/")) {
            return Ruling::Leave;
        }
        match item.other {
            None if is_lib_ext && self.uses_lib_ext => Ruling::Leave,
            // Only Liferay has this folder in the loader.
            None if is_lib_ext && !self.has_old => Ruling::Take,
            _ => Ruling::Usual,
        }
    }

    fn jsp(&self, item: &Item<'_>) -> Ruling {
        let parameter = item
            .place
            .strip_prefix("web-app/servlet[jsp]/init-param[")
            .and_then(|rest| rest.split(']').next());
        match parameter {
            Some(name) if self.has_old && JSP.contains(&name) => Ruling::Usual,
            Some("tagpoolClassName") if item.other.is_none() && is_liferays(item.base) => {
                Ruling::Take
            }
            _ => Ruling::Leave,
        }
    }

    /// All of `ROOT.xml` is Liferay's. Without the old file certain is only what names Liferay's own classes, which the
    /// release replaces, and what the manual demands.
    fn context(&self, item: &Item<'_>) -> Ruling {
        if self.has_old {
            return Ruling::Usual;
        }
        match (item.base, item.other) {
            (Some(_), None)
                if item.place.ends_with("Context/Resources") && is_liferays(item.base) =>
            {
                Ruling::Take
            }
            (Some(_), None) => Ruling::Leave,
            (Some(base), Some(_)) if base.starts_with("com.liferay.") => Ruling::Take,
            (None, Some(other)) => {
                let demanded =
                    item.place == "Context@crossContext" || other.contains("com.liferay.");
                if demanded {
                    Ruling::Usual
                } else {
                    Ruling::Leave
                }
            }
            _ => Ruling::Usual,
        }
    }

    fn option(&self, item: &Item<'_>) -> Ruling {
        let Some((variable, option)) = item.place.split_once(' ') else {
            return if self.has_old {
                Ruling::Usual
            } else {
                Ruling::Leave
            };
        };
        let refused = |option: Option<&str>| {
            option.is_some_and(|option| java::refuses(&option_name(option), self.java))
        };
        if refused(item.other) {
            return Ruling::Leave;
        }
        if item.other.is_none() && refused(item.base) {
            return Ruling::Take;
        }
        let opens = option.starts_with("--add-");
        // Java 8 ends at such an option, but does not read this variable.
        if opens && self.java == Some(8) && variable != "JDK_JAVA_OPTIONS" {
            return Ruling::Leave;
        }
        if let Some(there) = size(item.other) {
            // Memory is never raised against the site: what it does not set, and what is less, may be meant for a small
            // machine. It is told, and follows the release only where the site has the old one's, all the heap with it.
            let Some(here) = size(item.base) else {
                return Ruling::Leave;
            };
            let changed = self.has_old && item.old == item.base;
            let follows = !is_heap(item.other) || self.heap_follows;
            return if here < there && changed && follows {
                Ruling::Usual
            } else {
                Ruling::Leave
            };
        }
        match (item.base, item.other) {
            _ if self.has_old => Ruling::Usual,
            (None, Some(_)) if opens || DEMANDED.contains(&option) => Ruling::Usual,
            _ => Ruling::Leave,
        }
    }
}

/// Whether all classes that an element names are Liferay's.
fn is_liferays(element: Option<&str>) -> bool {
    element.is_some_and(|element| {
        let liferays = element.matches("com.liferay.support.tomcat.").count();
        let classes = element.matches("\" className\"").count();
        liferays > 0 && classes <= liferays
    })
}

/// Options for the heap and its parts, none of which may be more than the heap (`java` manual).
const HEAP: [&str; 5] = ["-Xmx", "-Xms", "-Xmn", "-XX:NewSize=", "-XX:MaxNewSize="];

fn is_heap(option: Option<&str>) -> bool {
    option.is_some_and(|option| HEAP.iter().any(|name| option.starts_with(name)))
}

/// Bytes that an option for memory names: the sizes of the `java` command end in `k`, `m`, `g` or `t`.
pub(super) fn size(option: Option<&str>) -> Option<u64> {
    const METASPACE: [&str; 2] = ["-XX:MaxMetaspaceSize=", "-XX:MetaspaceSize="];
    let option = option?;
    let mut names = HEAP.iter().chain(&METASPACE);
    let text = names.find_map(|name| option.strip_prefix(name))?;
    let digits = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..)?.to_ascii_lowercase().as_str() {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_compared_by_bytes() {
        assert_eq!(size(Some("-Xmx2560m")), Some(2560 << 20));
        assert_eq!(size(Some("-Xmx3G")), Some(3 << 30));
        assert_eq!(size(Some("-XX:MaxMetaspaceSize=1")), Some(1));
        assert_eq!(size(Some("-Xmx$HEAP")), None);
        assert_eq!(size(Some("-Xss1m")), None);
    }
}
