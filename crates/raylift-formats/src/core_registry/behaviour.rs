//! What a core step's own class says about it: whether it may be skipped, what it asks the database.

use std::collections::BTreeSet;

use crate::class::{ClassSource, Machine, Value};

/// Methods of `UpgradeProcess`, `BaseDBProcess` and `DBManagerUtil` by which steps look before they act (read in
/// portal-kernel 4.35.3, 9.30.0 and 128.0.1).
const QUESTIONS: [&str; 9] = [
    "doHasTable",
    "getDBType",
    "hasColumn",
    "hasColumnType",
    "hasIndex",
    "hasRows",
    "hasTable",
    "hasView",
    "isSupportsAlterColumnType",
];
const SKIP: (&str, &str) = ("isSkipUpgradeProcess", "()Z");
/// Where `runSQLTemplate` finds its files (`BaseDB`, read in portal-impl 93.0.0).
const TEMPLATES: &str = "com/liferay/portal/tools/sql/dependencies/";
const KERNEL: &str = "com/liferay/portal/kernel/";
/// Superclasses that are looked at; a longer line has another end.
const MOST_SUPERCLASSES: usize = 8;

/// What the class of a step says, and the classes of portal-impl that it inherits from.
#[derive(Debug, Default)]
pub(super) struct Behaviour {
    pub(super) may_be_skipped: bool,
    pub(super) asks: Vec<String>,
    pub(super) creates: Vec<String>,
}

/// Steps that a factory makes look before they act, too, but always end at the same columns; nothing is said of them.
pub(super) fn behaviour(source: ClassSource<'_>, step: &Value) -> Behaviour {
    let Value::New { class, .. } = step else {
        return Behaviour::default();
    };
    let mut machine = Machine::new(source, crate::class::Branches::Refuse);
    let mut asks = BTreeSet::new();
    let mut creates = BTreeSet::new();
    let mut may_be_skipped = false;
    let mut current = class.clone();
    for _ in 0..MOST_SUPERCLASSES {
        // The kernel's own step classes look, too; whether its JAR is at hand must not change the answer.
        if current.starts_with(KERNEL) {
            break;
        }
        let Some(file) = machine.class(&current) else {
            break;
        };
        may_be_skipped |= file.declares(SKIP.0, SKIP.1);
        asks.extend(
            file.calls()
                .unwrap_or_default()
                .into_iter()
                .map(|call| call.name)
                .filter(|name| QUESTIONS.contains(&name.as_str())),
        );
        for text in file.texts().unwrap_or_default() {
            if text.ends_with(".sql") {
                let template = source(&format!("{TEMPLATES}{text}")).unwrap_or_default();
                let template = String::from_utf8_lossy(&template).into_owned();
                creates.extend(template.lines().filter_map(created).map(str::to_owned));
            }
            creates.extend(created(&text).map(str::to_owned));
        }
        match file.super_name() {
            Some(super_name) => current = super_name.to_owned(),
            None => break,
        }
    }
    Behaviour {
        may_be_skipped,
        asks: asks.into_iter().collect(),
        creates: creates.into_iter().collect(),
    }
}

/// The table of a text such as `create table Country (countryId LONG, ...`.
fn created(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix("create table ")?;
    rest.split([' ', '(', '\n']).find(|name| !name.is_empty())
}
