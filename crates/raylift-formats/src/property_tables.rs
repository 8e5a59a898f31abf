//! Liferay's own tables of keys that a release no longer reads: `com.liferay.portal.verify.VerifyProperties` in
//! `portal-impl.jar`, in 2025 renamed `PreupgradeVerifyProperties`.

mod on_migrated;

use raylift_model::facts::{ModularizedKey, MovedKey, PropertyTables};

use crate::class::{
    Branches, Call, ClassSource, Guide, Machine, MethodName, Reply, Slot, Stop, Value, dotted,
};

/// The class of 2025 and the one before it.
const CLASSES: [&str; 2] = [
    "com/liferay/portal/verify/PreupgradeVerifyProperties",
    "com/liferay/portal/verify/VerifyProperties",
];

/// Reads the tables. `source` hands out class files of `portal-impl.jar` by internal name.
///
/// The static initialiser is followed as the Java machine runs it, and each table is told by the name of its field. A
/// table that is missing, has rows of another length, or is not known, is named in [`PropertyTables::undetermined`].
pub fn read(source: ClassSource<'_>) -> PropertyTables {
    let mut tables = PropertyTables::default();
    let mut machine = Machine::new(source, Branches::FollowKnown);
    let mut classes = CLASSES
        .into_iter()
        .filter(|class| !machine.lacks(class))
        .collect::<Vec<_>>()
        .into_iter();
    let Some(class) = classes.next() else {
        tables.undetermined.push(format!(
            "class {} is missing",
            CLASSES.map(dotted).join(" or ")
        ));
        return tables;
    };
    if classes.next().is_some() {
        tables
            .undetermined
            .push("both classes that hold the tables are there".to_owned());
    }
    if let Err(reason) = fill(&mut tables, &mut machine, class) {
        tables.undetermined.push(reason);
    }
    match on_migrated::read(&mut machine, class) {
        Ok(reaction) => tables.on_migrated = reaction,
        Err(reason) => tables
            .undetermined
            .push(format!("{}: {reason}", PropertyTables::REACTION)),
    }
    tables
}

fn fill(tables: &mut PropertyTables, machine: &mut Machine<'_>, class: &str) -> Result<(), String> {
    let initialiser = MethodName {
        class: class.to_owned(),
        name: "<clinit>".to_owned(),
        descriptor: "()V".to_owned(),
    };
    machine
        .run(&mut Onlooker, &initialiser, Vec::new())
        .map_err(|Stop(reason)| reason)?;
    let fields: Vec<(String, Slot)> = machine
        .static_fields()
        .into_iter()
        .filter(|(of, _, _)| *of == class)
        .map(|(_, name, slot)| (name.to_owned(), slot.clone()))
        .collect();
    let mut missing = vec![
        "_MIGRATED_PORTAL_KEYS",
        "_MIGRATED_SYSTEM_KEYS",
        "_MODULARIZED_PORTAL_KEYS",
        "_MODULARIZED_SYSTEM_KEYS",
        "_OBSOLETE_PORTAL_KEYS",
        "_OBSOLETE_SYSTEM_KEYS",
        "_RENAMED_PORTAL_KEYS",
        "_RENAMED_SYSTEM_KEYS",
    ];
    for (name, slot) in fields {
        let is_object = matches!(slot, Slot::Object(_));
        missing.retain(|wanted| *wanted != name);
        let value = machine.value(&slot);
        if let Err(reason) = put(tables, &name, &value, is_object) {
            let table = PropertyTables::ONE_TABLE;
            tables.undetermined.push(format!("{table}{name}: {reason}"));
        }
    }
    tables.undetermined.extend(
        missing
            .iter()
            .map(|name| format!("{}{name} is missing", PropertyTables::ONE_TABLE)),
    );
    Ok(())
}

fn put(
    tables: &mut PropertyTables,
    name: &str,
    value: &Value,
    is_object: bool,
) -> Result<(), String> {
    match name {
        "_MIGRATED_PORTAL_KEYS" => tables.migrated_portal = moved(value)?,
        "_MIGRATED_SYSTEM_KEYS" => tables.migrated_system = moved(value)?,
        "_RENAMED_PORTAL_KEYS" => tables.renamed_portal = moved(value)?,
        "_RENAMED_SYSTEM_KEYS" => tables.renamed_system = moved(value)?,
        "_OBSOLETE_PORTAL_KEYS" => tables.obsolete_portal = texts(value)?,
        "_OBSOLETE_SYSTEM_KEYS" => tables.obsolete_system = texts(value)?,
        "_MODULARIZED_PORTAL_KEYS" => tables.modularized_portal = modularized(value)?,
        "_MODULARIZED_SYSTEM_KEYS" => tables.modularized_system = modularized(value)?,
        // `_log` and the like; a new table would be an array or some other object that the class makes.
        _ if is_object => return Err("it is not known".to_owned()),
        _ => {}
    }
    Ok(())
}

fn moved(value: &Value) -> Result<Vec<MovedKey>, String> {
    rows(value)?
        .into_iter()
        .map(|row| match <[String; 2]>::try_from(row) {
            Ok([from, to]) => Ok(MovedKey { from, to }),
            Err(row) => Err(length(&row, 2)),
        })
        .collect()
}

fn modularized(value: &Value) -> Result<Vec<ModularizedKey>, String> {
    rows(value)?
        .into_iter()
        .map(|row| match <[String; 3]>::try_from(row) {
            Ok([from, key, module]) => Ok(ModularizedKey { from, key, module }),
            Err(row) => Err(length(&row, 3)),
        })
        .collect()
}

fn length(row: &[String], expected: usize) -> String {
    format!("a row has {} texts, not {expected}", row.len())
}

fn rows(value: &Value) -> Result<Vec<Vec<String>>, String> {
    match value {
        Value::Array(rows) => rows.iter().map(texts).collect(),
        other => Err(unknown(other)),
    }
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    let text = |element: &Value| match element {
        Value::Text(text) => Ok(text.clone()),
        other => Err(unknown(other)),
    };
    match value {
        Value::Array(elements) => elements.iter().map(text).collect(),
        other => Err(unknown(other)),
    }
}

fn unknown(value: &Value) -> String {
    value
        .unknown_part()
        .unwrap_or("it holds something else than constants")
        .to_owned()
}

/// Does not look into calls.
struct Onlooker;

impl Guide for Onlooker {
    fn call(&mut self, _machine: &mut Machine<'_>, _call: &Call) -> Reply {
        Reply::Ignore
    }
}
