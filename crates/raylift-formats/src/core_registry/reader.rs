//! Follows the static initialiser of `PortalUpgradeProcess` and collects what it puts into its map.

use std::collections::BTreeMap;

use raylift_model::facts::{CoreRegistry, CoreStep};
use raylift_model::version::SchemaVersion;

use super::expansion::expand;
use super::key::Key;
use super::startup::startup_check;
use super::step::core_step;
use crate::class::{
    Branches, Call, CallKind, ClassSource, Guide, Machine, MethodName, Object, Reply, Slot, Stop,
    Value, dotted,
};

/// Operations for what the steps themselves say about further steps, for all together. A real step needs some thirty,
/// and a release has about a thousand.
const MOST_OPERATIONS_OF_STEPS: usize = 1_000_000;

const PORTAL_UPGRADE_PROCESS: &str = "com/liferay/portal/upgrade/PortalUpgradeProcess";
const VERSION_MAP: &str = "com/liferay/portal/kernel/upgrade/util/UpgradeVersionTreeMap";
const MAP_BUILDER: &str = "com/liferay/portal/kernel/util/TreeMapBuilder";
const MAP_WRAPPER: &str = "com/liferay/portal/kernel/util/TreeMapBuilder$TreeMapWrapper";
const TREE_MAP: &str = "java/util/TreeMap";

/// Reads the core's registry. `source` hands out class files of `portal-impl.jar` by internal name; for 7.4 and later
/// it should also know those of `portal-kernel.jar`, because step classes inherit further steps from there; without
/// them [`CoreRegistry::assumed`] says what is taken for granted.
///
/// The initialiser is followed in the way the Java machine runs it, so the three known shapes need no telling apart
/// (real-core facts, section 6): registries called one by one, registries listed in a `Class[]`, and 7.4's varargs.
/// What cannot be followed is named in [`CoreRegistry::undetermined`]. When that concerns the keys, the latest and the
/// required version are `None`, because a key that was not seen may be the last; when it concerns the steps under
/// known keys, they are named in [`CoreStep::undetermined`], too.
pub fn read(source: ClassSource<'_>) -> CoreRegistry {
    let mut undetermined = Vec::new();
    let startup_check = startup_check(source, &mut undetermined);
    let before = undetermined.len();
    let (steps, map_expands) = steps(source, &mut undetermined);
    let complete = undetermined.len() == before;
    let latest = if complete {
        steps.last_key_value().map(|(key, _)| key.clone())
    } else {
        None
    };
    let required = latest.as_ref().and_then(|latest| required(&steps, latest));
    // Every `put` ends at the plain version, so the two versions are right even where steps in between are not known.
    let unknown = steps
        .values()
        .filter(|step| step.undetermined.is_some())
        .count();
    if unknown > 0 {
        undetermined.push(format!(
            "the steps under {unknown} of {} keys are not known",
            steps.len()
        ));
    }
    let assumed = if map_expands && source(super::kernel::UPGRADE_PROCESS).is_none() {
        Some(super::kernel::ASSUMPTION.to_owned())
    } else {
        None
    };
    let version = |key: &Key| -> SchemaVersion { key.schema_version() };
    CoreRegistry {
        latest_schema_version: latest.as_ref().map(version),
        required_schema_version: required.map(version),
        steps: steps.into_values().collect(),
        startup_check,
        assumed,
        undetermined,
    }
}

/// `PortalUpgradeProcess.getRequiredSchemaVersion`: the lowest key with the latest one's major and minor part. The
/// variant of 7.4 does not stop at keys that differ in the qualifier only and never returns one of them
/// (real-core facts, table of section 2: 29.1.0 for 7.4.3.103).
fn required<'steps>(steps: &'steps BTreeMap<Key, CoreStep>, latest: &Key) -> Option<&'steps Key> {
    let (major, minor, _) = latest.numbers;
    steps
        .keys()
        .find(|key| key.qualifier.is_none() && (key.numbers.0, key.numbers.1) == (major, minor))
}

/// The steps, and whether the map makes several keys of one registration (7.4).
fn steps(
    source: ClassSource<'_>,
    undetermined: &mut Vec<String>,
) -> (BTreeMap<Key, CoreStep>, bool) {
    let mut machine = Machine::new(source, Branches::FollowKnown);
    let mut reader = Reader::default();
    let initialiser = method(PORTAL_UPGRADE_PROCESS, "<clinit>", "()V");
    if let Err(Stop(reason)) = machine.run(&mut reader, &initialiser, Vec::new()) {
        undetermined.push(reason);
    }
    undetermined.append(&mut reader.undetermined);
    let mut kept = machine
        .static_fields()
        .into_iter()
        .filter_map(|(class, _, slot)| match slot {
            Slot::Object(index) if class == PORTAL_UPGRADE_PROCESS => reader.maps.get(index),
            _ => None,
        });
    let Some(map) = kept.next() else {
        undetermined.push("PortalUpgradeProcess keeps no map of upgrade steps".to_owned());
        return (BTreeMap::new(), false);
    };
    if kept.next().is_some() {
        undetermined.push("PortalUpgradeProcess keeps several maps".to_owned());
    }
    (map.sorted(source, undetermined), map.expands)
}

fn method(class: &str, name: &str, descriptor: &str) -> MethodName {
    MethodName {
        class: class.to_owned(),
        name: name.to_owned(),
        descriptor: descriptor.to_owned(),
    }
}

/// One sorted map that the initialiser makes.
#[derive(Default)]
struct StepMap {
    expands: bool,
    puts: Vec<(Value, Value)>,
}

impl StepMap {
    /// The map as it is in the end: a later `put` under the same key replaces an earlier one.
    fn sorted(
        &self,
        source: ClassSource<'_>,
        undetermined: &mut Vec<String>,
    ) -> BTreeMap<Key, CoreStep> {
        let mut machine =
            Machine::new(source, Branches::FollowKnown).with_operations(MOST_OPERATIONS_OF_STEPS);
        let mut steps = BTreeMap::new();
        for (number, (key, value)) in self.puts.iter().enumerate() {
            let key = match Key::of(key) {
                Ok(key) => key,
                Err(reason) => {
                    undetermined.push(format!("registration {}: {reason}", number + 1));
                    continue;
                }
            };
            if !self.expands {
                steps.insert(key.clone(), core_step(source, &key, value));
                continue;
            }
            match expand(&mut machine, value) {
                Ok(all) => {
                    let count = all.len();
                    for (index, step) in all.iter().enumerate() {
                        let key = if index + 1 == count {
                            key.clone()
                        } else {
                            key.step(index + 1)
                        };
                        steps.insert(key.clone(), core_step(source, &key, step));
                    }
                }
                Err(reason) => {
                    let reason = format!(
                        "the steps under {} are not known: {reason}",
                        key.schema_version()
                    );
                    let last = match value {
                        Value::Array(steps) => steps.last().unwrap_or(value),
                        single => single,
                    };
                    let step = CoreStep {
                        undetermined: Some(reason),
                        ..core_step(source, &key, last)
                    };
                    steps.insert(key, step);
                }
            }
        }
        steps
    }
}

#[derive(Default)]
struct Reader {
    maps: BTreeMap<usize, StepMap>,
    undetermined: Vec<String>,
}

impl Guide for Reader {
    fn call(&mut self, machine: &mut Machine<'_>, call: &Call) -> Reply {
        if let Some(name) = class_name(call) {
            return Reply::Known(name);
        }
        match (call.method.class.as_str(), call.method.name.as_str()) {
            (_, "<init>") => return self.constructor(machine, call),
            ("java/lang/Class", "newInstance") => {
                if let Some(Slot::Plain(Value::Class(class))) = &call.receiver {
                    let object = Object::Instance {
                        class: class.clone(),
                        arguments: Some(Vec::new()),
                    };
                    return Reply::Known(machine.add(object));
                }
            }
            (MAP_BUILDER, "put") if call.kind == CallKind::Static => {
                let object = Object::Instance {
                    class: MAP_WRAPPER.to_owned(),
                    arguments: Some(Vec::new()),
                };
                let wrapper = machine.add(object);
                if let Slot::Object(index) = wrapper {
                    self.maps.insert(index, StepMap::default());
                }
                self.put(machine, &wrapper, &call.arguments);
                return Reply::Known(wrapper);
            }
            (PORTAL_UPGRADE_PROCESS, _) if call.kind == CallKind::Static => {
                return Reply::Enter(call.method.clone());
            }
            _ => {}
        }
        if call
            .receiver
            .as_ref()
            .is_some_and(|receiver| self.is_map(receiver))
        {
            return self.map_call(machine, call);
        }
        if !call.arguments.iter().any(|argument| self.is_map(argument)) {
            return Reply::Ignore;
        }
        match target(machine, call) {
            Some(target) => Reply::Enter(target),
            None => {
                let (class, method) = (dotted(&call.method.class), &call.method.name);
                self.undetermined.push(format!(
                    "the map of upgrade steps is handed to {class}.{method}"
                ));
                Reply::Ignore
            }
        }
    }
}

impl Reader {
    fn is_map(&self, slot: &Slot) -> bool {
        matches!(slot, Slot::Object(index) if self.maps.contains_key(index))
    }

    /// A map is made by its own constructor, or by that of an anonymous subclass, whose body may fill it.
    fn constructor(&mut self, machine: &mut Machine<'_>, call: &Call) -> Reply {
        let Some(Slot::Object(index)) = call.receiver else {
            return Reply::Ignore;
        };
        let class = call.method.class.as_str();
        if class == TREE_MAP || class == VERSION_MAP {
            let expands = class == VERSION_MAP;
            self.maps.insert(
                index,
                StepMap {
                    expands,
                    ..StepMap::default()
                },
            );
            if call.arguments.is_empty() {
                return Reply::Known(Slot::Plain(Value::Null));
            }
            return Reply::Stop("the map of upgrade steps is sorted in its own way".to_owned());
        }
        let super_name = machine
            .class(class)
            .and_then(|file| file.super_name().map(str::to_owned));
        match super_name.as_deref() {
            Some(TREE_MAP | VERSION_MAP) => Reply::Enter(call.method.clone()),
            _ if call.arguments.iter().any(|argument| self.is_map(argument)) => {
                self.undetermined.push(format!(
                    "the map of upgrade steps is handed to {}",
                    dotted(class)
                ));
                Reply::Ignore
            }
            _ => Reply::Ignore,
        }
    }

    fn map_call(&mut self, machine: &mut Machine<'_>, call: &Call) -> Reply {
        let Some(receiver) = &call.receiver else {
            return Reply::Ignore;
        };
        match (call.method.name.as_str(), call.arguments.len()) {
            ("put", 2) => {
                self.put(machine, receiver, &call.arguments);
                if call.method.class == MAP_WRAPPER {
                    return Reply::Known(receiver.clone());
                }
                Reply::Known(Slot::unknown("what stood in the map before"))
            }
            ("build", 0) => Reply::Known(receiver.clone()),
            (other, _) => Reply::Stop(format!("the map of upgrade steps is used by {other}")),
        }
    }

    fn put(&mut self, machine: &mut Machine<'_>, map: &Slot, arguments: &[Slot]) {
        if let Slot::Object(index) = map
            && let Some(map) = self.maps.get_mut(index)
            && let Ok([key, value]) = <[Value; 2]>::try_from(machine.copies(arguments))
        {
            map.puts.push((key, value));
        }
    }
}

/// The method a call ends in, when it is certain and its class is at hand.
fn target(machine: &mut Machine<'_>, call: &Call) -> Option<MethodName> {
    let start = match call
        .receiver
        .as_ref()
        .map(|receiver| machine.object(receiver))
    {
        None => call.method.class.clone(),
        Some(Some(Object::Instance { class, .. })) if call.kind != CallKind::Special => {
            class.clone()
        }
        Some(_) => return None,
    };
    let class = machine
        .declaring_class(&start, &call.method.name, &call.method.descriptor)
        .ok()?;
    Some(MethodName {
        class,
        ..call.method.clone()
    })
}

/// `SomeClass.class.getName()`.
pub(super) fn class_name(call: &Call) -> Option<Slot> {
    match (
        &call.receiver,
        call.method.class.as_str(),
        call.method.name.as_str(),
    ) {
        (Some(Slot::Plain(Value::Class(class))), "java/lang/Class", "getName") => {
            Some(Slot::Plain(Value::Text(dotted(class))))
        }
        _ => None,
    }
}
