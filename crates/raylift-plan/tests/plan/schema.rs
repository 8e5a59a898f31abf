//! The published JSON schema of plans: it is what the types say, and what is printed is valid by it.

use std::path::Path;

use jsonschema::Validator;
use raylift_model::facts::{DatabaseKind, ManagedBy};
use raylift_model::plan::{self, Plan};
use raylift_plan::make;
use serde_json::{Value, json};

use crate::facts::{bundle, file, release, row, site, wishes};

fn published() -> String {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/plan.schema.json");
    std::fs::read_to_string(place).unwrap_or_default()
}

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&published()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn errors(validator: &Validator, document: &Value) -> Vec<String> {
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// A good plan, one whose module steps are of every kind, one that starts with a stopped site, and a blocked one.
fn plans() -> Vec<Plan> {
    let good = make(&site(), &release(), None, &wishes()).unwrap();

    let (mut with_modules, mut newer) = (site(), release());
    with_modules
        .database
        .release_rows
        .push(row("two.ends", "1.0.0"));
    with_modules
        .database
        .release_rows
        .push(row("micro", "1.0.0"));
    newer.bundles = vec![
        bundle("fresh", &[("0.0.0", "1.0.0", 1)]),
        bundle("micro", &[("1.0.0", "1.0.1", 1)]),
        bundle("three.steps", &[("0.0.0", "1.0.0", 3)]),
        bundle("two.ends", &[("1.0.0", "1.1.0", 1), ("1.0.0", "2.0.0", 1)]),
    ];
    with_modules.files.push(file("osgi/war/own.war", "own"));
    let with_modules = make(&with_modules, &newer, Some(&release()), &wishes()).unwrap();

    let mut stopped = site();
    stopped.app_server.process = None;
    let stopped = make(&stopped, &release(), None, &wishes()).unwrap();

    let mut blocked = site();
    blocked.database.settings.kind = DatabaseKind::Other;
    if let Some(process) = &mut blocked.app_server.process {
        process.managed_by = ManagedBy::Systemd {
            unit: "liferay.service".to_owned(),
        };
    }
    let blocked = make(&blocked, &release(), None, &wishes()).unwrap();
    vec![good, with_modules, stopped, blocked]
}

#[test]
fn the_published_schema_is_what_the_types_say() {
    let own = serde_json::to_string_pretty(&plan::schema()).unwrap();
    assert!(
        published() == format!("{own}\n"),
        "docs/schema/plan.schema.json is not what the types say; write it with `cargo xtask schema`"
    );
}

#[test]
fn plans_are_valid_by_the_published_schema() {
    let validator = validator();
    for plan in plans() {
        let document = serde_json::to_value(&plan).unwrap();
        assert_eq!(errors(&validator, &document), Vec::<String>::new());
    }
}

#[test]
fn a_document_that_is_no_plan_is_not_valid() {
    let validator = validator();
    let plan = serde_json::to_value(&plans()[0]).unwrap();
    let changes: [(&str, Value); 5] = [
        ("/format", json!(2)),
        ("/verdict", json!("perhaps")),
        ("/actions/0/action/kind", json!("wait")),
        ("/core/current", json!(5)),
        ("/site/home", Value::Null),
    ];
    for (place, value) in changes {
        let mut changed = plan.clone();
        *changed.pointer_mut(place).unwrap() = value;
        assert_ne!(
            errors(&validator, &changed),
            Vec::<String>::new(),
            "{place}"
        );
    }
    let mut without = plan;
    without.as_object_mut().unwrap().remove("binding");
    assert_ne!(errors(&validator, &without), Vec::<String>::new());
}
