//! JDBC drivers: the site's must be where the new release's portal, or Tomcat's pool, finds it.

use raylift_model::codes;
use raylift_model::facts::{ArchiveFacts, FileFact, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::origin::Origin;

use crate::files::origin::{Gone, Sides, Treated, Treatment};

/// What the site's settings ask for.
pub(crate) struct Wanted<'a> {
    /// `jdbc.default.driverClassName`; the portal does not look at it where the pool is Tomcat's, and the pool's own class is
    /// not known.
    class: Option<&'a str>,
    /// The pool is Tomcat's.
    jndi: bool,
    site: &'a SiteFacts,
}

impl<'a> Wanted<'a> {
    pub(crate) fn by(site: &'a SiteFacts) -> Self {
        let settings = &site.database.settings;
        let jndi = settings.jndi_name.is_some();
        Self {
            class: settings.driver_class.as_deref().filter(|_| !jndi),
            jndi,
            site,
        }
    }

    fn has(&self, path: &RelativePath) -> bool {
        self.site.files.iter().any(|file| file.path == *path)
    }
}

/// Decides about a JAR with a driver that the new release has no file of the same name for; `None` when its origin alone
/// decides.
///
/// Where drivers belong: 7.3 and before `lib/ext`, 7.4 `WEB-INF/shielded-container-lib`, and Tomcat's `lib` where the
/// pool is Tomcat's (layout-and-artifacts 1.3).
pub(crate) fn treat(file: &FileFact, origin: Origin, sides: &Sides<'_>) -> Option<Treated> {
    let own = sides.origins.archive(&file.path)?;
    let provided = same_driver(own, sides.release);
    let in_use = sides
        .drivers
        .class
        .is_some_and(|class| own.drivers.iter().any(|driver| driver == class));
    let products = origin == Origin::Release;
    let below = |folder: &str| file.path.below(&sides.tomcat.join(folder)).is_some();
    // What the release brings behind the shield is no driver for Tomcat.
    let of_the_pool =
        sides.drivers.jndi && sides.crosses && below("lib/ext") && !tomcat_has(own, sides);
    if products
        && !of_the_pool
        && (provided.is_some() || !(in_use || sides.drivers.jndi && has_no_other(own, sides)))
    {
        return None;
    }
    let moves = sides.crosses && (below("lib/ext") || below("webapps/ROOT/WEB-INF/lib"));
    if !moves {
        return Some(stays(file, products));
    }
    if sides.drivers.jndi {
        return Some(to(
            file,
            sides.tomcat.join("lib"),
            "Tomcat, which keeps the pool of connections, finds drivers in its lib folder only",
            sides,
        ));
    }
    if let Some(other) = provided {
        return Some(superseded(file, own, other));
    }
    Some(to(
        file,
        sides
            .tomcat
            .join("webapps/ROOT/WEB-INF/shielded-container-lib"),
        "the release does not have this driver, and its portal finds drivers there only",
        sides,
    ))
}

/// The site put its driver in the place of a JAR of the release's, and the release's JAR, which comes back with the update,
/// does not hold the class that the portal asks for: the upgrade client would find no driver, inside the outage.
pub(crate) fn lost(sides: &Sides<'_>) -> Option<Finding> {
    let class = sides.drivers.class?;
    let holds = |archive: &&ArchiveFacts| archive.drivers.iter().any(|driver| driver == class);
    if sides.release.archives.iter().any(|archive| holds(&archive)) {
        return None;
    }
    let holders: Vec<&ArchiveFacts> = sides.drivers.site.archives.iter().filter(holds).collect();
    if holders.is_empty()
        || !holders
            .iter()
            .all(|holder| release_has(&holder.file, sides))
    {
        return None;
    }
    let mut finding = Finding::new(
        Severity::Blocker,
        codes::DRIVER_LOST,
        class,
        "the site's JDBC driver lies under the name of a file of the release, and the release's file of that name does not hold this class",
        "give the driver a name of its own in the same folder (mysql-connector-j.jar, for example) and start the site once; then it is the site's, and is carried",
    );
    for holder in holders {
        finding.evidence.push(holder.file.to_string());
    }
    Some(finding)
}

/// The release has a file in that place of the site's Tomcat.
fn release_has(place: &RelativePath, sides: &Sides<'_>) -> bool {
    sides.release.files.iter().any(|file| {
        file.path
            .below(&sides.release.layout.tomcat)
            .is_some_and(|rest| sides.tomcat.join(rest) == *place)
    })
}

/// A JAR directly in Tomcat's lib folder has one of the same driver classes.
fn tomcat_has(own: &ArchiveFacts, sides: &Sides<'_>) -> bool {
    let lib = sides.tomcat.join("lib");
    sides
        .drivers
        .site
        .archives
        .iter()
        .any(|other| other.file.parent() == lib.as_str() && has_same_driver(own, other))
}

/// The pool's driver class is not known when Tomcat keeps the pool: a driver that nobody else brings must not go.
fn has_no_other(own: &ArchiveFacts, sides: &Sides<'_>) -> bool {
    sides
        .drivers
        .site
        .archives
        .iter()
        .filter(|other| other.file != own.file)
        .all(|other| !has_same_driver(own, other))
}

fn has_same_driver(own: &ArchiveFacts, other: &ArchiveFacts) -> bool {
    let mut drivers = other.drivers.iter();
    drivers.any(|driver| own.drivers.contains(driver))
}

/// The release's JAR with one of the same driver classes.
fn same_driver<'a>(own: &ArchiveFacts, release: &'a ReleaseFacts) -> Option<&'a ArchiveFacts> {
    let mut archives = release.archives.iter();
    archives.find(|other| has_same_driver(own, other))
}

fn stays(file: &FileFact, products: bool) -> Treated {
    if !products {
        return Treated::new(Treatment::Carry, "the site's JDBC driver");
    }
    let finding = Finding::new(
        Severity::Note,
        codes::DRIVER_MOVES,
        file.path.to_string(),
        "the site's database is reached with this driver of the old release, which the new one does not have; it is carried",
        "nothing; take a newer driver when the database's maker asks for one",
    );
    Treated::new(
        Treatment::Carry,
        "the driver that the site uses, which the new release does not have",
    )
    .because(finding)
}

fn to(file: &FileFact, folder: RelativePath, why: &str, sides: &Sides<'_>) -> Treated {
    let target = folder.join(file.path.file_name());
    if sides.drivers.has(&target) || release_has(&target, sides) {
        let finding = crate::files::origin::no_longer_read(
            file,
            "a JDBC driver whose new place has a file of the same name",
            "look which of the two the site needs",
        )
        .because(target.as_str());
        return Treated::new(Treatment::Carry, "the site's JDBC driver").because(finding);
    }
    let finding = Finding::new(
        Severity::Note,
        codes::DRIVER_MOVES,
        file.path.to_string(),
        format!("the site's JDBC driver is carried to {target}"),
        "nothing; take a newer driver when the database's maker asks for one",
    )
    .because(why);
    Treated::new(Treatment::Move(target), "the site's JDBC driver").because(finding)
}

fn superseded(file: &FileFact, own: &ArchiveFacts, other: &ArchiveFacts) -> Treated {
    let version = |archive: &ArchiveFacts| {
        archive
            .version
            .clone()
            .unwrap_or_else(|| "of unknown version".to_owned())
    };
    let finding = Finding::new(
        Severity::Warning,
        codes::DRIVER_SUPERSEDED,
        file.path.to_string(),
        format!(
            "the release brings the same JDBC driver ({}); the site's ({}) goes away and is kept until commit",
            version(other),
            version(own)
        ),
        "check that the database works with the release's driver; if not, put yours in its place after the update",
    )
    .because(other.file.as_str());
    Treated::new(
        Treatment::Drop(Gone::Unlisted),
        "the release brings the same JDBC driver",
    )
    .because(finding)
}
