//! What a core step does to the rows of modules in `Release_`.
//!
//! Three forms, read in portal-impl 4.12.11, 5.26.1, 93.0.0 and portal-kernel 128.0.1: a class that inherits from
//! `UpgradeModules` and names the modules in methods, `UpgradeModulesFactory.create` with the names as arguments, and a
//! class whose `doUpgrade` calls `ReleaseDAO.addRelease`.

use raylift_model::facts::{ConvertedModule, ModuleRows, ModuleTable};
use raylift_model::names::BundleSymbolicName;

use super::kernel::MODULES_FACTORY;
use crate::class::{
    Branches, Call, ClassSource, Guide, Machine, MethodName, Object, Reply, Slot, Stop, Value,
    dotted,
};

const NAMES: (&str, &str) = ("getBundleSymbolicNames", "()[Ljava/lang/String;");
const CONVERTED: (&str, &str) = ("getConvertedLegacyModules", "()[[Ljava/lang/String;");
const LEGACY: (&str, &str) = ("getLegacyServiceModules", "()[[Ljava/lang/String;");
const UPGRADE: (&str, &str) = ("doUpgrade", "()V");
const ADD: &str = "addRelease";

/// Reads it; what cannot be known stands in [`ModuleRows::undetermined`].
pub(super) fn module_rows(source: ClassSource<'_>, step: &Value) -> ModuleRows {
    let read = match step {
        Value::Called {
            class,
            method,
            arguments,
            ..
        } if class == MODULES_FACTORY && method == "create" => rows(
            arguments.first().unwrap_or(&Value::Null),
            arguments.get(1).unwrap_or(&Value::Null),
            arguments.get(2).unwrap_or(&Value::Null),
        ),
        Value::New { class, .. } => of_class(source, class),
        _ => Ok(ModuleRows::default()),
    };
    read.unwrap_or_else(|reason| ModuleRows {
        undetermined: Some(reason),
        ..ModuleRows::default()
    })
}

fn of_class(source: ClassSource<'_>, class: &str) -> Result<ModuleRows, String> {
    let mut machine = Machine::new(source, Branches::FollowKnown);
    if machine.declaring_class(class, NAMES.0, NAMES.1).is_ok() {
        let names = returned(&mut machine, class, NAMES)?;
        let converted = returned(&mut machine, class, CONVERTED)?;
        let legacy = returned(&mut machine, class, LEGACY)?;
        return rows(&names, &converted, &legacy);
    }
    let adds = machine.class(class).is_some_and(|file| {
        file.calls()
            .is_ok_and(|calls| calls.iter().any(|call| call.name == ADD))
    });
    if !adds {
        return Ok(ModuleRows::default());
    }
    let mut listener = Listener::default();
    let this = given(&mut machine, class);
    machine
        .run(&mut listener, &method(class, UPGRADE), vec![this])
        .map_err(|Stop(reason)| reason)?;
    match listener.unknown {
        Some(reason) => Err(reason),
        None => Ok(ModuleRows {
            adds: listener.names,
            ..ModuleRows::default()
        }),
    }
}

/// What a method of an object of exactly this class returns; `null` when no class has the method.
fn returned(machine: &mut Machine<'_>, class: &str, name: (&str, &str)) -> Result<Value, String> {
    let Ok(declaring) = machine.declaring_class(class, name.0, name.1) else {
        return Ok(Value::Null);
    };
    let stopped = |Stop(reason)| reason;
    let has_initialiser = machine
        .class(&declaring)
        .is_some_and(|file| file.declares("<clinit>", "()V"));
    if has_initialiser {
        machine
            .run(
                &mut Onlooker,
                &method(&declaring, ("<clinit>", "()V")),
                Vec::new(),
            )
            .map_err(stopped)?;
    }
    let this = given(machine, class);
    let slot = machine
        .run(&mut Onlooker, &method(&declaring, name), vec![this])
        .map_err(stopped)?;
    Ok(slot.map_or(Value::Null, |slot| machine.value(&slot)))
}

fn given(machine: &mut Machine<'_>, class: &str) -> Slot {
    machine.add(Object::Given {
        label: "the step".to_owned(),
        class: Some(class.to_owned()),
    })
}

fn method(class: &str, name: (&str, &str)) -> MethodName {
    MethodName {
        class: class.to_owned(),
        name: name.0.to_owned(),
        descriptor: name.1.to_owned(),
    }
}

fn rows(names: &Value, converted: &Value, legacy: &Value) -> Result<ModuleRows, String> {
    let name = |text: &String| BundleSymbolicName::new(text.as_str());
    let mut rows = ModuleRows {
        adds: texts(names)?.iter().map(name).collect(),
        ..ModuleRows::default()
    };
    for line in lines(converted)? {
        if let [from, to, namespace, ..] = line.as_slice() {
            rows.converts.push(ConvertedModule {
                from: name(from),
                to: name(to),
                build_namespace: namespace.clone(),
            });
        }
    }
    for line in lines(legacy)? {
        if let [module, table, ..] = line.as_slice() {
            rows.adds_for_tables.push(ModuleTable {
                module: name(module),
                table: table.clone(),
            });
        }
    }
    Ok(rows)
}

/// `null` and an array of nothing but `null` mean none (`UpgradeModulesFactory`).
fn lines(value: &Value) -> Result<Vec<Vec<String>>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(lines) => lines
            .iter()
            .filter(|line| **line != Value::Null)
            .map(texts)
            .collect(),
        other => Err(unknown(other)),
    }
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) => Ok(vec![text.clone()]),
        Value::Array(elements) => elements
            .iter()
            .map(|element| match element {
                Value::Text(text) => Ok(text.clone()),
                other => Err(unknown(other)),
            })
            .collect(),
        other => Err(unknown(other)),
    }
}

fn unknown(value: &Value) -> String {
    let reason = value.unknown_part().unwrap_or("they are not constants");
    format!("the modules that get a row are not known: {reason}")
}

/// Does not look into calls.
struct Onlooker;

impl Guide for Onlooker {
    fn call(&mut self, _machine: &mut Machine<'_>, _call: &Call) -> Reply {
        Reply::Ignore
    }
}

/// Hears the names that are handed to `addRelease`.
#[derive(Default)]
struct Listener {
    names: Vec<BundleSymbolicName>,
    unknown: Option<String>,
}

impl Guide for Listener {
    fn call(&mut self, machine: &mut Machine<'_>, call: &Call) -> Reply {
        if call.method.name == ADD {
            let last = call.arguments.last().map(|slot| machine.value(slot));
            match texts(&last.unwrap_or(Value::Null)) {
                Ok(texts) => self.names.extend(
                    texts
                        .iter()
                        .map(|text| BundleSymbolicName::new(text.as_str())),
                ),
                Err(reason) => {
                    let class = dotted(&call.method.class);
                    self.unknown = Some(format!("{class}.{ADD}: {reason}"));
                }
            }
        }
        Reply::Ignore
    }
}
