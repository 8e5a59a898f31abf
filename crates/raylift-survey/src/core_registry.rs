//! The core's registry out of the bytes of `portal-impl.jar`.

use std::cell::RefCell;

use raylift_formats::bundle::Jar;
use raylift_model::facts::{CoreRegistry, StartupCheck};

/// Reads the registry; a JAR that cannot be opened gives an undetermined one.
pub(crate) fn read(bytes: &[u8]) -> CoreRegistry {
    match Jar::open(bytes) {
        Ok(jar) => {
            let jar = RefCell::new(jar);
            raylift_formats::core_registry::read(&|class| jar.borrow_mut().class(class))
        }
        Err(error) => undetermined(format!("portal-impl.jar: {error}")),
    }
}

/// A registry of which nothing is known.
pub(crate) fn undetermined(reason: impl Into<String>) -> CoreRegistry {
    CoreRegistry {
        steps: Vec::new(),
        latest_schema_version: None,
        required_schema_version: None,
        startup_check: StartupCheck::Undetermined,
        assumed: None,
        undetermined: vec![reason.into()],
    }
}
