//! What differences between the database's tables and the installed release's SQL become in a plan.

use raylift_model::codes;
use raylift_model::facts::{
    BundleFacts, ColumnShape, DatabaseKind, DatabaseSchema, IndexShape, PublishedStep, SchemaSql,
    SiteFacts, SqlColumn, SqlIndex, SqlTable, TableShape,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::version::{OsgiVersion, SchemaVersion};
use raylift_plan::make;

use crate::facts::{bundle, release, row, site, wishes};

fn sql(table: &str) -> SchemaSql {
    let column = |name: &str, kind: &str, length| SqlColumn {
        name: name.to_owned(),
        kind: kind.to_owned(),
        length,
    };
    SchemaSql {
        tables: vec![SqlTable {
            name: table.to_owned(),
            columns: vec![
                column("entryId", "LONG", None),
                column("name", "VARCHAR", Some(75)),
            ],
            primary_key: vec!["entryId".to_owned()],
        }],
        indexes: vec![SqlIndex {
            name: "IX_1".to_owned(),
            table: table.to_owned(),
            unique: true,
            columns: vec!["name".to_owned()],
            lengths: Default::default(),
        }],
        ..SchemaSql::default()
    }
}

/// The same table as PostgreSQL has it.
fn shape() -> TableShape {
    let column = |name: &str, kind: &str, size| ColumnShape {
        name: name.to_owned(),
        kind: kind.to_owned(),
        size,
        nullable: true,
        default: None,
    };
    let index = |column: &str| IndexShape {
        unique: true,
        columns: vec![Some(column.to_owned())],
    };
    TableShape {
        columns: vec![column("entryid", "int8", 19), column("name", "varchar", 75)],
        primary_key: vec!["entryid".to_owned()],
        indexes: [
            ("a_entry_pkey".to_owned(), index("entryid")),
            ("ix_1".to_owned(), index("name")),
        ]
        .into(),
    }
}

fn of(tables: &[&str]) -> SiteFacts {
    let mut site = site();
    site.database.settings.kind = DatabaseKind::Postgresql;
    site.core_sql = sql("A_Entry");
    let schema: DatabaseSchema = tables
        .iter()
        .map(|name| ((*name).to_owned(), shape()))
        .collect();
    site.database.schema = Some(schema);
    site
}

fn findings(site: &SiteFacts) -> Vec<Finding> {
    let plan = make(site, &release(), None, &wishes()).unwrap();
    plan.findings
        .into_iter()
        .filter(|finding| ("RL0530"..="RL0539").contains(&finding.code.as_str()))
        .collect()
}

fn told(site: &SiteFacts) -> Vec<(String, Severity, Vec<String>)> {
    findings(site)
        .into_iter()
        .map(|finding| (finding.code.to_string(), finding.severity, finding.evidence))
        .collect()
}

fn one(code: &str, severity: Severity, place: &str) -> Vec<(String, Severity, Vec<String>)> {
    vec![(code.to_owned(), severity, vec![place.to_owned()])]
}

#[test]
fn a_table_as_the_release_makes_it_says_nothing() {
    assert_eq!(told(&of(&["a_entry"])), []);
    // A database that told nothing is not accused of anything.
    let mut silent = of(&[]);
    silent.database.schema = None;
    assert_eq!(told(&silent), []);
}

#[test]
fn a_table_that_nothing_makes_is_a_note_and_one_that_is_gone_a_warning() {
    assert_eq!(
        told(&of(&["a_entry", "acme_orders", "configuration_"])),
        one(codes::TABLES_OWN, Severity::Note, "acme_orders")
    );
    assert_eq!(
        told(&of(&[])),
        one(codes::TABLES_MISSING, Severity::Warning, "A_Entry")
    );
}

/// Business data of the site's users: made in code, and in no SQL file.
#[test]
fn tables_of_liferay_objects_are_not_named() {
    let objects = [
        "a_entry",
        "O_20097_Ticket",
        "o_20097_ticket_l",
        "O_20097_Ticket_x",
        "O_20097_Ticket_x_20097",
        "R_20097_Ticket_Part",
        "a_entry_x_20097",
        "user_",
        "user_x_20097",
    ];
    let mut site = of(&objects);
    site.core_sql.named = vec!["User_".to_owned()];
    assert_eq!(told(&site), []);
    for own in [
        "o_orders",
        "r_",
        "o__x",
        "o_20097",
        "ro_1_x",
        "acme_x_20097",
        "a_entry_x_y",
    ] {
        let site = of(&["a_entry", own]);
        assert_eq!(told(&site), one(codes::TABLES_OWN, Severity::Note, own));
        let remedy = findings(&site).remove(0).remedy;
        assert!(!remedy.contains("drop"), "{remedy}");
    }
}

#[test]
fn a_module_with_a_row_is_taken_for_the_maker_of_tables_of_its_name() {
    let mut site = of(&["a_entry", "acme_orders"]);
    site.bundles.push(bundle("com.acme.orders", &[]));
    assert_eq!(told(&site).len(), 1);
    site.database
        .release_rows
        .push(row("com.acme.orders", "1.0.0"));
    assert_eq!(told(&site), []);
    site.bundles.clear();
    let found = findings(&site);
    assert!(
        found
            .iter()
            .any(|finding| finding.message.contains("com.acme.orders")),
        "{found:#?}"
    );
}

#[test]
fn columns_are_compared_by_name_and_type() {
    let mut site = of(&["a_entry"]);
    let change = |site: &mut SiteFacts, with: &dyn Fn(&mut TableShape)| {
        let mut shape = shape();
        with(&mut shape);
        site.database.schema = Some([("a_entry".to_owned(), shape)].into());
    };
    change(&mut site, &|shape| {
        let mut own = shape.columns[0].clone();
        own.name = "acmenote".to_owned();
        shape.columns.push(own);
    });
    let own = one(
        codes::COLUMNS_OWN,
        Severity::Warning,
        "A_Entry.acmenote int8",
    );
    assert_eq!(told(&site), own);
    let Finding {
        message, remedy, ..
    } = findings(&site).remove(0);
    // Nobody need have done it.
    assert!(message.contains("left by an earlier release"), "{message}");
    assert!(
        remedy.contains("find out") && !remedy.contains("drop"),
        "{remedy}"
    );
    change(&mut site, &|shape| {
        shape.columns.remove(1);
    });
    let missing = one(
        codes::COLUMNS_MISSING,
        Severity::Warning,
        "A_Entry.name VARCHAR(75)",
    );
    assert_eq!(told(&site), missing);
    change(&mut site, &|shape| shape.columns[1].size = 30);
    let shorter = "A_Entry.name is varchar(30), not VARCHAR(75)";
    assert_eq!(
        told(&site),
        one(codes::TYPES_DIFFER, Severity::Warning, shorter)
    );
    change(&mut site, &|shape| shape.columns[1].size = 100);
    let longer = "A_Entry.name is varchar(100), not VARCHAR(75)";
    assert_eq!(
        told(&site),
        one(codes::TYPES_DIFFER, Severity::Note, longer)
    );
}

/// MariaDB takes `A_Entry` as it is written.
#[test]
fn of_two_tables_that_differ_in_case_the_one_is_compared_that_the_sql_means() {
    let mut other = shape();
    other.columns.pop();
    other.indexes.clear();
    let mut site = of(&["A_Entry"]);
    site.database.settings.kind = DatabaseKind::Mariadb;
    let schema = site.database.schema.as_mut().unwrap();
    schema.get_mut("A_Entry").unwrap().columns[0].kind = "BIGINT".to_owned();
    assert_eq!(told(&site), []);
    let schema = site.database.schema.as_mut().unwrap();
    schema.extend(["A_ENTRY", "a_entry"].map(|name| (name.to_owned(), other.clone())));
    assert_eq!(told(&site), []);
    // Where it is gone, any that is left: on some servers case does not matter.
    site.database.schema.as_mut().unwrap().remove("A_Entry");
    let gone = told(&site);
    assert!(gone.iter().any(|one| one.0 == codes::COLUMNS_MISSING));
    let own = of(&["a_entry", "ACME", "acme"]);
    let evidence = &told(&own)[0].2;
    assert_eq!(evidence, &["ACME", "acme"]);
}

/// PostgreSQL takes `A_Entry` without quotes for `a_entry`, and never for another.
#[test]
fn a_table_with_capitals_is_none_of_liferays_on_postgresql() {
    let own = one(codes::TABLES_OWN, Severity::Note, "A_ENTRY");
    assert_eq!(told(&of(&["a_entry", "A_ENTRY"])), own);
    let gone = one(codes::TABLES_MISSING, Severity::Warning, "A_Entry");
    let mut found = told(&of(&["A_ENTRY"]));
    found.sort();
    assert_eq!(found, [own, gone].concat());
}

#[test]
fn indexes_are_compared_by_what_they_cover() {
    let mut site = of(&["a_entry"]);
    let mut renamed = shape();
    let index = renamed.indexes.remove("ix_1").unwrap();
    renamed.indexes.insert("other".to_owned(), index.clone());
    site.database.schema = Some([("a_entry".to_owned(), renamed.clone())].into());
    assert_eq!(told(&site), []);
    renamed.indexes.insert(
        "other".to_owned(),
        IndexShape {
            unique: false,
            ..index
        },
    );
    site.database.schema = Some([("a_entry".to_owned(), renamed)].into());
    let mut own = findings(&site).into_iter();
    let own = own.find(|finding| finding.code.as_str() == codes::INDEXES_OWN);
    let remedy = own.unwrap().remedy;
    assert!(remedy.starts_with("look first"), "{remedy}");
    assert!(!remedy.contains("drop"), "{remedy}");
    let mut found = told(&site);
    found.sort();
    assert_eq!(
        found,
        [
            one(codes::INDEXES_OWN, Severity::Note, "A_Entry: other (name)"),
            one(
                codes::INDEXES_MISSING,
                Severity::Note,
                "A_Entry: unique IX_1 (name)"
            ),
        ]
        .concat()
    );
}

/// What the release's SQL makes is no truth about tables that still wait for steps.
#[test]
fn tables_that_wait_for_steps_are_not_compared() {
    let mut site = of(&["a_entry", "b_entry"]);
    let mut module = bundle("com.liferay.b", &[]);
    module.sql = sql("B_Entry");
    module.sql.tables[0].columns[1].length = Some(10);
    module.require_schema_version = Some("2.0.0".to_owned());
    site.bundles.push(module);
    // Without a row it has made no tables.
    assert_eq!(told(&site), []);
    site.database
        .release_rows
        .push(row("com.liferay.b", "1.0.0"));
    assert_eq!(
        told(&site),
        one(
            codes::SCHEMA_UNDETERMINED,
            Severity::Note,
            "com.liferay.b: its tables are at 1.0.0, its SQL makes 2.0.0"
        )
    );
    site.database.release_rows[1] = row("com.liferay.b", "2.0.0");
    assert_eq!(told(&site).len(), 1, "its longer column");
    site.database.schema = Some([("a_entry".to_owned(), shape())].into());
    let gone = one(codes::TABLES_MISSING, Severity::Warning, "B_Entry");
    assert_eq!(told(&site), gone);
    site.database.release_rows[0] = row("portal", "5.0.1");
    site.database.schema = Some(DatabaseSchema::new());
    assert!(told(&site).contains(
        &one(
            codes::SCHEMA_UNDETERMINED,
            Severity::Note,
            "the core: its tables are at 5.0.1, its SQL makes 5.0.2"
        )[0]
    ));
}

/// A module need not say in its manifest which schema it demands: then its steps tell whether its SQL describes its tables.
#[test]
fn tables_that_wait_for_steps_of_a_module_without_the_header_are_not_compared() {
    let module = |steps: &[(&str, &str, usize)]| {
        let mut module = bundle("com.liferay.b", steps);
        module.sql = sql("B_Entry");
        module.sql.tables[0].columns[1].length = Some(10);
        module
    };
    let with = |module: &BundleFacts, at: &str| {
        let mut site = of(&["a_entry", "b_entry"]);
        site.bundles.push(module.clone());
        site.database.release_rows.push(row("com.liferay.b", at));
        site
    };
    let steps = module(&[("1.0.0", "1.9.0", 1), ("1.9.0", "1.10.0", 2)]);
    let compared = |site: &SiteFacts| {
        let found = told(site);
        assert_eq!(found.len(), 1, "{found:#?}");
        match found[0].0.as_str() {
            codes::TYPES_DIFFER => None,
            _ => Some(found[0].2.concat()),
        }
    };
    for at in ["1.0.0", "1.9.0", "1.10.0-step-1"] {
        let told = format!("com.liferay.b: its tables are at {at}, its steps lead to 1.10.0");
        assert_eq!(compared(&with(&steps, at)), Some(told));
    }
    assert_eq!(compared(&with(&steps, "1.10.0")), None);
    // Beyond its last step, or without any, its tables were made at once, at its bundle's version: or by another.
    let mut newer = steps.clone();
    newer.version = OsgiVersion::new(2, 0, 0);
    assert_eq!(compared(&with(&newer, "2.0.0")), None);
    for at in ["1.11.0", "3.0.0"] {
        let told = compared(&with(&newer, at)).unwrap();
        let ends = "neither where its steps lead (1.10.0) nor at its own version (2.0.0)";
        assert!(told.ends_with(ends), "{told}");
    }
    assert!(compared(&with(&steps, "2.0.0")).is_some());
    assert_eq!(compared(&with(&module(&[]), "1.0.0")), None);
    assert!(compared(&with(&module(&[]), "1.0.1")).is_some());
    // At its bundle's version, but steps wait.
    assert!(compared(&with(&steps, "1.0.0")).is_some());
    // Steps that are components of their own, of another bundle.
    let mut published = with(&module(&[]), "1.0.0");
    let mut other = bundle("com.acme.steps", &[]);
    other.upgrades.published = vec![PublishedStep {
        name: published.bundles[published.bundles.len() - 1]
            .symbolic_name
            .clone(),
        from: SchemaVersion::new("1.0.0"),
        to: SchemaVersion::new("1.1.0"),
        class: "Step".to_owned(),
        database: Some("any".to_owned()),
    }];
    published.bundles.push(other);
    assert!(compared(&published).unwrap().ends_with("lead to 1.1.0"));
    let mut unread = steps.clone();
    unread.upgrades.undetermined = vec!["a loop".to_owned()];
    let reason = compared(&with(&unread, "1.10.0")).unwrap();
    assert!(reason.contains("not known") && reason.ends_with("a loop"));
}

#[test]
fn twenty_places_are_named_and_the_others_counted() {
    let names: Vec<String> = (10..35).map(|number| format!("own{number}")).collect();
    let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
    all.push("a_entry");
    let found = findings(&of(&all));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subject, "tables (25)");
    assert_eq!(found[0].evidence.len(), 21);
    assert_eq!(found[0].evidence[20], "and 5 more");
}

/// From 2025.Q3 on the client looks itself, and stops inside the outage.
#[test]
fn what_the_releases_own_verifier_stops_for_is_a_blocker() {
    let gone = of(&["other"]);
    let mut lacking = of(&["a_entry"]);
    let schema = lacking.database.schema.as_mut().unwrap();
    schema.get_mut("a_entry").unwrap().columns.pop();
    for (mut site, code) in [
        (gone, codes::TABLES_MISSING),
        (lacking, codes::COLUMNS_MISSING),
    ] {
        for (version, off, severity) in [
            ("7.4.3.132", false, Severity::Warning),
            ("2025.q3.0", false, Severity::Blocker),
            ("2025.q3.0", true, Severity::Warning),
        ] {
            site.verifiers.off = off;
            let mut release = release();
            release.identity.version = Some(version.parse().unwrap());
            let plan = make(&site, &release, None, &wishes()).unwrap();
            let found = plan.findings.iter().find(|one| one.code.as_str() == code);
            assert_eq!(found.unwrap().severity, severity, "{code} {version}");
        }
    }
}

#[test]
fn tables_that_only_the_release_to_come_makes_are_told_when_they_are_there() {
    let site = of(&["a_entry", "b_entry", "c_entry"]);
    let mut release = release();
    release.core_sql = sql("B_Entry");
    let mut module = bundle("com.liferay.c", &[]);
    module.sql = sql("C_Entry");
    release.bundles.push(module);
    let early = |site: &SiteFacts| {
        let plan = make(site, &release, None, &wishes()).unwrap();
        let mut found = plan.findings.into_iter();
        found.find(|one| one.code.as_str() == codes::TABLES_TOO_EARLY)
    };
    let found = early(&site).unwrap();
    assert_eq!(found.evidence, ["b_entry", "c_entry"]);
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(early(&of(&["a_entry"])), None);
    // A name in quotes, which the release's SQL does not mean.
    assert_eq!(early(&of(&["a_entry", "B_ENTRY"])), None);
    // An installed module makes it, or may make it.
    for undetermined in [false, true] {
        let mut site = of(&["a_entry", "c_entry"]);
        let mut module = bundle("com.liferay.c", &[]);
        if undetermined {
            module.sql.undetermined.push("tables.sql".to_owned());
        } else {
            module.sql = sql("C_Entry");
        }
        site.bundles.push(module);
        assert_eq!(early(&site), None);
    }
    let mut site = site;
    site.core_sql = SchemaSql::default();
    assert_eq!(early(&site), None, "nobody knows what is installed");
}
