//! What a release does when it meets a migrated portal key, from the code of the class that looks for them.

use raylift_model::facts::OnMigratedKeys;

use crate::class::{Code, Machine, Operation};

/// The method that looks for one key. Where it is handed a list, it puts the key into it.
const ONE_KEY: &str = "verifyMigratedPortalProperty";
/// The method that looks for all of them; whoever calls it reacts.
const ALL_KEYS: &str = "verifyPortalProperties";

/// `Err` says why it cannot be told.
///
/// Read in the classes of 7.1 to 7.4.3.103 and in the source of 2025: before the keys were collected nothing but the log
/// heard of them; since then the caller of `verifyPortalProperties` calls `System.exit` (7.4.3.x) or throws a
/// `VerifyException` (2025).
pub(super) fn read(machine: &mut Machine<'_>, class: &str) -> Result<OnMigratedKeys, String> {
    let file = machine
        .class(class)
        .ok_or_else(|| "the class cannot be read".to_owned())?;
    let codes: Vec<(&str, &str, Code)> = file
        .methods()
        .iter()
        .take(MOST_METHODS)
        .filter_map(|(name, descriptor)| {
            let code = file.code(name, descriptor).ok()?;
            Some((name.as_str(), descriptor.as_str(), code))
        })
        .collect();
    let mut one = codes.iter().filter(|(name, _, _)| *name == ONE_KEY);
    let (Some((_, descriptor, code)), None) = (one.next(), one.next()) else {
        return Err(format!("there is not one method {ONE_KEY}"));
    };
    let mut callers = codes.iter().filter(|(_, _, code)| {
        operations(code).any(|operation| match operation {
            Operation::Call(_, method) => method.class == class && method.name == ALL_KEYS,
            _ => false,
        })
    });
    let (Some((_, _, caller)), None) = (callers.next(), callers.next()) else {
        return Err(format!("there is not one method that calls {ALL_KEYS}"));
    };
    let collects = descriptor.contains("Ljava/util/List;");
    match (collects, ends(caller), throws(caller)) {
        (false, false, false) if !ends(code) && !throws(code) => Ok(OnMigratedKeys::Logged),
        (true, true, false) => Ok(OnMigratedKeys::EndsTheJvm),
        (true, false, true) => Ok(OnMigratedKeys::FailsTheCheck),
        _ => Err("the class does something that is not known".to_owned()),
    }
}

/// The real classes have some fifteen.
const MOST_METHODS: usize = 100;

fn operations(code: &Code) -> impl Iterator<Item = &Operation> {
    (0..).map_while(|number| code.operation(number))
}

fn ends(code: &Code) -> bool {
    operations(code).any(|operation| match operation {
        Operation::Call(_, method) => {
            matches!(
                method.class.as_str(),
                "java/lang/System" | "java/lang/Runtime"
            ) && matches!(method.name.as_str(), "exit" | "halt")
        }
        _ => false,
    })
}

fn throws(code: &Code) -> bool {
    operations(code).any(|operation| *operation == Operation::Throw)
}
