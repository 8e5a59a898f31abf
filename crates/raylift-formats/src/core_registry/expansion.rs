//! What `put` of 7.4 makes of one registration: the steps before and after each step class, as its methods
//! `getPreUpgradeSteps` and `getPostUpgradeSteps` name them.

use super::kernel;
use crate::class::{
    Call, CallKind, Guide, Machine, MethodName, Object, Reply, Slot, Value, dotted,
};

const NO_STEPS: &str = "()[Lcom/liferay/portal/kernel/upgrade/UpgradeStep;";

/// The steps that one `put` registers, in the order they run: for each given step those before it, itself, those
/// after it (`UpgradeProcess.getUpgradeSteps` and `UpgradeVersionTreeMap.put` in the portal-kernel of 7.4).
///
/// `machine` is one for all registrations, because they share classes and the bound on what is followed.
///
/// # Errors
/// The reason, when the class of a step, or one it inherits from, cannot be read: then neither the number nor the
/// order of the steps is known.
pub(super) fn expand(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<Value>, String> {
    let steps = match value {
        Value::Array(steps) => steps.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut all = Vec::new();
    for step in steps {
        let class = class_of(machine, step)?;
        all.extend(steps_of(machine, &class, "getPreUpgradeSteps")?);
        all.push(step.clone());
        all.extend(steps_of(machine, &class, "getPostUpgradeSteps")?);
    }
    Ok(all)
}

/// Internal name of the class of a step, also when a factory makes it.
fn class_of(machine: &mut Machine<'_>, step: &Value) -> Result<String, String> {
    match step {
        Value::New { class, .. } => Ok(class.clone()),
        Value::Called {
            class,
            method,
            descriptor,
            arguments,
            ..
        } => {
            if machine.lacks(class)
                && let Some(product) = kernel::product(class, method)
            {
                return Ok(product.to_owned());
            }
            let made = MethodName {
                class: class.clone(),
                name: method.clone(),
                descriptor: descriptor.clone(),
            };
            made_by(machine, &made, arguments)
        }
        other => Err(other
            .unknown_part()
            .unwrap_or("a step is not made where it is registered")
            .to_owned()),
    }
}

fn made_by(
    machine: &mut Machine<'_>,
    factory: &MethodName,
    arguments: &[Value],
) -> Result<String, String> {
    machine.forget();
    let slots = arguments
        .iter()
        .map(|argument| given(machine, argument))
        .collect();
    let made = machine
        .run(
            &mut Onlooker {
                factory: Some(factory),
            },
            factory,
            slots,
        )
        .map_err(|stop| {
            format!(
                "what {}.{} makes is not known: {stop}",
                dotted(&factory.class),
                factory.name
            )
        })?;
    match made.as_ref().and_then(|slot| machine.object(slot)) {
        Some(Object::Instance { class, .. }) => Ok(class.clone()),
        _ => Err(format!(
            "what {}.{} makes is not known",
            dotted(&factory.class),
            factory.name
        )),
    }
}

fn given(machine: &mut Machine<'_>, value: &Value) -> Slot {
    match value {
        Value::Array(elements) => {
            let elements = elements
                .iter()
                .map(|element| given(machine, element))
                .collect();
            machine.add(Object::Array {
                elements,
                spoiled: None,
            })
        }
        Value::Long(_) => Slot::Wide(value.clone()),
        other => Slot::Plain(other.clone()),
    }
}

/// What one of the two methods returns for an object of exactly this class.
fn steps_of(machine: &mut Machine<'_>, class: &str, method: &str) -> Result<Vec<Value>, String> {
    if machine.is_exhausted() {
        return Err("what the steps before it do takes too many operations".to_owned());
    }
    machine.forget();
    let declaring = match machine.declaring_class(class, method, NO_STEPS) {
        Ok(declaring) => declaring,
        Err(missing) if kernel::adds_no_steps(&missing) => return Ok(Vec::new()),
        Err(missing) => return Err(format!("class {} is not at hand", dotted(&missing))),
    };
    let this = machine.add(Object::Given {
        label: "the step".to_owned(),
        class: Some(class.to_owned()),
    });
    let name = MethodName {
        class: declaring.clone(),
        name: method.to_owned(),
        descriptor: NO_STEPS.to_owned(),
    };
    let returned = machine
        .run(&mut Onlooker { factory: None }, &name, vec![this])
        .map_err(|stop| stop.to_string())?;
    match returned.map(|slot| machine.copies(&[slot])).as_deref() {
        Some([Value::Array(steps)]) => Ok(steps.clone()),
        _ => Err(format!(
            "{}.{method} does not return an array of new steps",
            dotted(&declaring)
        )),
    }
}

/// Has an interest only in calls for the name of a class and in those by which one form of a factory method uses
/// another.
struct Onlooker<'run> {
    factory: Option<&'run MethodName>,
}

impl Guide for Onlooker<'_> {
    fn call(&mut self, _machine: &mut Machine<'_>, call: &Call) -> Reply {
        if let Some(factory) = self.factory
            && call.kind == CallKind::Static
            && (&call.method.class, &call.method.name) == (&factory.class, &factory.name)
        {
            return Reply::Enter(call.method.clone());
        }
        super::reader::class_name(call).map_or(Reply::Ignore, Reply::Known)
    }
}
