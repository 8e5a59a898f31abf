//! The portal's database as a pool of Tomcat's: `jdbc.default.jndi.name` and the `<Resource>` it names.

use std::path::{Path, PathBuf};

use raylift_formats::tomcat_xml::{JndiEntry, Pool, jndi_entries};

use crate::machine::Machine;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;
/// Where a name of the web application may be bound (Tomcat, "The Context Container"): defaults of all applications, the
/// application's own descriptor, and the one it brings along, which counts only where there is no other.
const CONTEXTS: [&str; 3] = [
    "conf/context.xml",
    "conf/Catalina/localhost/ROOT.xml",
    "webapps/ROOT/META-INF/context.xml",
];
const SERVER: &str = "conf/server.xml";

/// A pool and the file that defines it.
pub(crate) struct Found {
    pub(crate) pool: Pool,
    pub(crate) place: PathBuf,
}

/// Finds the pool behind a name.
///
/// # Errors
/// In words: why it is not certain which one it is.
pub(crate) fn find(machine: &dyn Machine, tomcat: &Path, name: &str) -> Result<Found, String> {
    let name = name.trim();
    let name = name.strip_prefix("java:comp/env/").unwrap_or(name);
    let mut found = None;
    for place in CONTEXTS {
        let path = tomcat.join(place);
        for entry in entries(machine, &path, name)? {
            let next = match entry {
                JndiEntry::Pool(pool) => Found {
                    pool,
                    place: path.clone(),
                },
                JndiEntry::Link(global) => global_pool(machine, tomcat, &global)?,
            };
            match &found {
                Some(Found { pool, place }) if *pool != next.pool => {
                    return Err(format!(
                        "{} and {} define {name} differently",
                        place.display(),
                        next.place.display()
                    ));
                }
                Some(_) => {}
                None => found = Some(next),
            }
        }
        // The application's own descriptor is copied to conf at its first start and not read after that.
        if found.is_some() && place == "conf/Catalina/localhost/ROOT.xml" {
            break;
        }
    }
    let found = found.ok_or_else(|| format!("no file of Tomcat's defines the resource {name}"))?;
    if found.pool.is_understood() {
        return Ok(found);
    }
    Err(format!(
        "{} makes {name} by a factory that raylift does not know ({})",
        found.place.display(),
        found.pool.factory.as_deref().unwrap_or_default()
    ))
}

fn global_pool(machine: &dyn Machine, tomcat: &Path, name: &str) -> Result<Found, String> {
    let path = tomcat.join(SERVER);
    let mut pools = entries(machine, &path, name)?
        .into_iter()
        .filter_map(|entry| match entry {
            JndiEntry::Pool(pool) => Some(pool),
            JndiEntry::Link(_) => None,
        });
    match (pools.next(), pools.next()) {
        (Some(pool), None) => Ok(Found { pool, place: path }),
        (None, _) => Err(format!(
            "a link names the global resource {name}, which {} does not define",
            path.display()
        )),
        (Some(_), Some(_)) => Err(format!("{} defines {name} twice", path.display())),
    }
}

fn entries(machine: &dyn Machine, path: &Path, name: &str) -> Result<Vec<JndiEntry>, String> {
    if !matches!(machine.stat(path), Ok(Some(_))) {
        return Ok(Vec::new());
    }
    let bytes = machine
        .read(path, LARGEST)
        .map_err(|error| error.to_string())?;
    jndi_entries(&bytes, name).map_err(|error| format!("{}: {error}", path.display()))
}
