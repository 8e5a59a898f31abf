//! The core's registry out of `portal-impl.jar` and, where that is not enough, `portal-kernel.jar`.

use std::cell::RefCell;

use raylift_formats::bundle::Jar;
use raylift_model::facts::{CoreRegistry, SchemaSql, StartupCheck};

/// What the two JARs give; they are met one by one, in any order.
///
/// A home may hold both layouts, when an update by hand left JARs of 7.3 behind: those behind the shield of 7.4 count.
#[derive(Debug, Default)]
pub(crate) struct CoreParts {
    /// The JARs lie behind the shield.
    shielded: bool,
    /// The registry as `portal-impl.jar` alone gives it.
    registry: Option<CoreRegistry>,
    /// `portal-impl.jar`, kept only where its registry needs the kernel's classes (7.4).
    implementation: Option<Vec<u8>>,
    kernel: Option<Vec<u8>>,
    /// Its tables, as `portal-impl.jar` describes them.
    sql: Option<SchemaSql>,
}

impl CoreParts {
    /// What `portal-impl.jar` gives.
    pub(crate) fn implementation(path: &str, bytes: &[u8]) -> Self {
        let registry = read(&[bytes]);
        Self {
            implementation: registry.assumed.is_some().then(|| bytes.to_vec()),
            registry: Some(registry),
            kernel: None,
            sql: Some(raylift_formats::schema_sql::of_core(bytes)),
            shielded: is_shielded(path),
        }
    }

    /// What `portal-kernel.jar` gives.
    pub(crate) fn kernel(path: &str, bytes: &[u8]) -> Self {
        Self {
            shielded: is_shielded(path),
            kernel: Some(bytes.to_vec()),
            ..Self::default()
        }
    }

    /// Takes what another file gave; the first of its kind counts.
    pub(crate) fn add(&mut self, mut other: Self) {
        if other.registry.is_none() && other.kernel.is_none() || self.shielded && !other.shielded {
            return;
        }
        if other.shielded && !self.shielded {
            std::mem::swap(self, &mut other);
            return;
        }
        self.registry = self.registry.take().or(other.registry);
        self.implementation = self.implementation.take().or(other.implementation);
        self.kernel = self.kernel.take().or(other.kernel);
        self.sql = self.sql.take().or(other.sql);
    }

    /// The core's tables, which are then no longer here; undetermined, because of `missing`, without `portal-impl.jar`.
    pub(crate) fn take_sql(&mut self, missing: &str) -> SchemaSql {
        self.sql.take().unwrap_or_else(|| SchemaSql {
            undetermined: vec![missing.to_owned()],
            ..SchemaSql::default()
        })
    }

    /// The registry; undetermined, because of `missing`, without `portal-impl.jar`.
    pub(crate) fn registry(self, missing: &str) -> CoreRegistry {
        match (self.implementation, self.kernel) {
            (Some(implementation), Some(kernel)) => read(&[&implementation, &kernel]),
            _ => self.registry.unwrap_or_else(|| undetermined(missing)),
        }
    }
}

pub(crate) fn is_shielded(path: &str) -> bool {
    path.contains("/shielded-container-lib/")
}

/// A class is sought in one JAR after the other; one that cannot be opened, the first excepted, is as good as absent.
fn read(jars: &[&[u8]]) -> CoreRegistry {
    let mut opened = Vec::new();
    for (number, bytes) in jars.iter().enumerate() {
        match Jar::open(bytes) {
            Ok(jar) => opened.push(RefCell::new(jar)),
            Err(error) if number == 0 => return undetermined(format!("portal-impl.jar: {error}")),
            Err(_) => {}
        }
    }
    raylift_formats::core_registry::read(&|class| {
        opened.iter().find_map(|jar| jar.borrow_mut().class(class))
    })
}

fn undetermined(reason: impl Into<String>) -> CoreRegistry {
    CoreRegistry {
        steps: Vec::new(),
        latest_schema_version: None,
        required_schema_version: None,
        startup_check: StartupCheck::Undetermined,
        assumed: None,
        undetermined: vec![reason.into()],
    }
}
