//! Upgrade steps of a module, read from the bytecode of its `UpgradeStepRegistrator`.

use raylift_model::facts::{ModuleRegistrations, Registration, ReleaseCreationStep};
use raylift_model::names::BundleSymbolicName;
use raylift_model::version::SchemaVersion;

use crate::class::{
    Branches, Call, CallKind, ClassSource, Guide, Machine, MethodName, Object, Reply, Slot, Stop,
    Value, dotted,
};

/// The interface of registrators, as components name it.
pub const REGISTRATOR: &str = "com.liferay.portal.upgrade.registry.UpgradeStepRegistrator";

/// Descriptor of `UpgradeStepRegistrator.register`.
const REGISTER: &str = "(Lcom/liferay/portal/upgrade/registry/UpgradeStepRegistrator$Registry;)V";

/// Reads what the method `register` of one registrator registers.
///
/// `source` hands out the bundle's class files by internal name; `registrator` is the dotted name of the class.
/// The forms of every release are read (upgrade-internals 2.1): `register(from, to, step...)`, the older
/// `register(name, from, to, step...)`, whose name goes into [`Registration::name`], and 7.4's
/// `registerInitialization()`, `registerReleaseCreationUpgradeSteps(step...)` and
/// `registerInitialDeploymentUpgradeSteps(step...)`. Code with branches or loops, values that are not constants, and calls that hand
/// the registry to code outside the bundle are not followed: they go into [`ModuleRegistrations::undetermined`].
pub fn read(source: ClassSource<'_>, registrator: &str) -> ModuleRegistrations {
    read_all(source, &[registrator.to_owned()])
}

/// Operations for all registrators of one bundle; those of real bundles need a few hundred.
const MOST_OPERATIONS: usize = 300_000;
/// What it costs at least to look for a registrator.
const OPERATIONS_OF_ONE: usize = 100;

/// Like [`read`] for all registrators of a bundle, which together are followed no further than a bound.
pub fn read_all(source: ClassSource<'_>, registrators: &[String]) -> ModuleRegistrations {
    let mut machine = Machine::new(source, Branches::Refuse).with_operations(MOST_OPERATIONS);
    let mut all = ModuleRegistrations::default();
    for (number, registrator) in registrators.iter().enumerate() {
        machine.spend(OPERATIONS_OF_ONE);
        if machine.is_exhausted() {
            all.undetermined.push(format!(
                "{registrator} and {} more: the registrators take too many operations",
                registrators.len() - number - 1
            ));
            break;
        }
        machine.forget();
        all.add_calls(read_one(&mut machine, registrator));
    }
    all.registrators = registrators.to_vec();
    all
}

fn read_one(machine: &mut Machine<'_>, registrator: &str) -> ModuleRegistrations {
    let class = registrator.replace('.', "/");
    let mut found = ModuleRegistrations::default();
    let declaring = match machine.declaring_class(&class, "register", REGISTER) {
        Ok(declaring) => declaring,
        Err(missing) => {
            found.undetermined.push(format!(
                "{registrator}: class {} is missing or damaged",
                dotted(&missing)
            ));
            return found;
        }
    };
    let this = machine.add(Object::Given {
        label: "this".to_owned(),
        class: Some(class.clone()),
    });
    let registry = machine.add(Object::Given {
        label: "the registry".to_owned(),
        class: None,
    });
    let method = MethodName {
        class: declaring,
        name: "register".to_owned(),
        descriptor: REGISTER.to_owned(),
    };
    let mut reader = Reader {
        registrator,
        class,
        this: this.clone(),
        registry: registry.clone(),
        found,
    };
    if let Err(Stop(reason)) = machine.run(&mut reader, &method, vec![this, registry]) {
        reader.found.undetermined.push(reason);
    }
    reader.found
}

/// Descriptor of the interface of steps.
const STEP: &str = "Lcom/liferay/portal/kernel/upgrade/UpgradeStep;";

struct Reader<'read> {
    registrator: &'read str,
    class: String,
    this: Slot,
    registry: Slot,
    found: ModuleRegistrations,
}

impl Guide for Reader<'_> {
    fn call(&mut self, machine: &mut Machine<'_>, call: &Call) -> Reply {
        if call.receiver.as_ref() == Some(&self.registry) {
            self.registry_call(machine, call);
            return Reply::Known(Slot::Plain(Value::Null));
        }
        if !call.arguments.contains(&self.registry) {
            return Reply::Ignore;
        }
        match self.target(machine, call) {
            Some(target) => Reply::Enter(target),
            None => {
                let (class, method) = (dotted(&call.method.class), &call.method.name);
                self.unknown(format!("hands the registry to {class}.{method}"));
                Reply::Ignore
            }
        }
    }

    fn escapes(&mut self, value: &Slot, place: &str) {
        // A step that takes the registry along runs after everything was registered.
        if *value == self.registry && place != STEP {
            let place = place
                .strip_prefix('L')
                .and_then(|class| class.strip_suffix(';'))
                .map_or_else(
                    || place.to_owned(),
                    |class| format!("a lambda of type {}", dotted(class)),
                );
            self.unknown(format!(
                "keeps the registry in {place}, from where more may be registered"
            ));
        }
    }
}

impl Reader<'_> {
    fn unknown(&mut self, reason: impl std::fmt::Display) {
        self.found
            .undetermined
            .push(format!("{} {reason}", self.registrator));
    }

    /// The method that a call ends in, when that is certain and it is in the bundle.
    fn target(&self, machine: &mut Machine<'_>, call: &Call) -> Option<MethodName> {
        let start = match call.kind {
            CallKind::Static | CallKind::Special => call.method.class.as_str(),
            CallKind::Virtual | CallKind::Interface => {
                match machine.object(call.receiver.as_ref()?) {
                    Some(Object::Instance { class, .. }) => &class.clone(),
                    _ if call.receiver.as_ref() == Some(&self.this) => &self.class,
                    _ => return None,
                }
            }
        };
        let class = machine
            .declaring_class(start, &call.method.name, &call.method.descriptor)
            .ok()?;
        Some(MethodName {
            class,
            ..call.method.clone()
        })
    }

    fn registry_call(&mut self, machine: &mut Machine<'_>, call: &Call) {
        let values = machine.copies(&call.arguments);
        match (call.method.name.as_str(), &values[..]) {
            ("register", [from, to, steps]) => self.register(None, from, to, steps),
            ("register", [name, from, to, steps]) => self.register(Some(name), from, to, steps),
            ("registerInitialization", []) => self.found.initialization = true,
            ("registerReleaseCreationUpgradeSteps", [steps]) => {
                for (class, texts) in self.steps_for_a_new_row(steps) {
                    let step = ReleaseCreationStep { class, texts };
                    self.found.release_creation.push(step);
                }
            }
            ("registerInitialDeploymentUpgradeSteps" | "registerInitialUpgradeSteps", [steps]) => {
                let steps = self.steps_for_a_new_row(steps);
                let classes = steps.into_iter().map(|(class, _)| class);
                self.found.initial_deployment.extend(classes);
            }
            (other, _) => self.unknown(format!("calls {other}, which no known release has")),
        }
    }

    /// Class and text arguments of each.
    fn steps_for_a_new_row(&mut self, steps: &Value) -> Vec<(String, Vec<String>)> {
        let Value::Array(steps) = steps else {
            let reason = steps.unknown_part().unwrap_or("their number is not known");
            self.unknown(format!(
                "registers steps for a new row that are not known: {reason}"
            ));
            return Vec::new();
        };
        let mut known = Vec::with_capacity(steps.len());
        for step in steps {
            match step_class(step) {
                Ok(class) => known.push((class, texts(step))),
                Err(reason) => self.unknown(format!(
                    "registers a step for a new row that is not known: {reason}"
                )),
            }
        }
        known
    }

    fn register(&mut self, name: Option<&Value>, from: &Value, to: &Value, steps: &Value) {
        let (Value::Text(from), Value::Text(to)) = (from, to) else {
            self.unknown("registers a step between versions that are not constants");
            return;
        };
        let name = match name {
            None => None,
            Some(Value::Text(name)) => Some(BundleSymbolicName::new(name.as_str())),
            Some(_) => {
                self.unknown(format!(
                    "registers {from} to {to} for a bundle whose name is not a constant"
                ));
                return;
            }
        };
        let Value::Array(steps) = steps else {
            let reason = steps.unknown_part().unwrap_or("their number is not known");
            self.unknown(format!(
                "registers {from} to {to} with steps that are not known: {reason}"
            ));
            return;
        };
        let mut classes = Vec::with_capacity(steps.len());
        for step in steps {
            match step_class(step) {
                Ok(class) => classes.push(class),
                Err(reason) => {
                    self.unknown(format!(
                        "registers {from} to {to} with a step that is not known: {reason}"
                    ));
                    return;
                }
            }
        }
        // `UpgradeStepRegistry` adds nothing for an empty list of steps (7.0 to 7.3).
        if !classes.is_empty() {
            let (from, to) = (
                SchemaVersion::new(from.as_str()),
                SchemaVersion::new(to.as_str()),
            );
            self.found.registrations.push(Registration {
                name,
                from,
                to,
                classes,
            });
        }
    }
}

/// The string constants among the arguments of a constructor.
fn texts(step: &Value) -> Vec<String> {
    match step {
        Value::New { arguments, .. } => arguments
            .iter()
            .filter_map(Value::as_text)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// What a step is called: its class; the factory method, the lambda's method or the field that it comes from
/// (`Class#member`) where the class is not known.
fn step_class(step: &Value) -> Result<String, String> {
    match step {
        Value::New { class, .. } => Ok(dotted(class)),
        Value::Called {
            class,
            method: member,
            ..
        }
        | Value::Lambda {
            class,
            method: member,
        }
        | Value::Field {
            class,
            name: member,
            ..
        } => Ok(format!("{}#{member}", dotted(class))),
        Value::Null => Err("it is null".to_owned()),
        other => Err(other
            .unknown_part()
            .unwrap_or("it is not a step")
            .to_owned()),
    }
}
