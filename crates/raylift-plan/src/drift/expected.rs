//! The tables that the installed release and its modules make.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::facts::{BundleFacts, ReleaseFacts, SchemaSql, SiteFacts, SqlIndex, SqlTable};
use raylift_model::version::{OsgiVersion, SchemaVersion};

/// What is known of Liferay's tables.
pub(super) struct Expected<'a> {
    /// Tables that must be as described, by name in small letters.
    pub(super) compared: BTreeMap<String, &'a SqlTable>,
    /// Every table that Liferay or a module is known to make, in small letters.
    pub(super) named: BTreeSet<String>,
    /// Whose tables could not be compared, and why.
    pub(super) undetermined: Vec<String>,
    indexes: BTreeMap<String, Vec<&'a SqlIndex>>,
}

impl<'a> Expected<'a> {
    pub(super) fn of(site: &'a SiteFacts) -> Self {
        let mut expected = Self {
            compared: BTreeMap::new(),
            named: BTreeSet::new(),
            undetermined: Vec::new(),
            indexes: BTreeMap::new(),
        };
        let mut doubtful = BTreeSet::new();
        let reason = core_is_behind(site);
        expected.add("the core", &site.core_sql, reason, &mut doubtful);
        for step in &site.core.steps {
            let created = step.creates.iter();
            expected
                .named
                .extend(created.map(|name| name.to_lowercase()));
        }
        for bundle in &site.bundles {
            let tables = &bundle.upgrades.initial_tables;
            expected
                .named
                .extend(tables.iter().map(|name| name.to_lowercase()));
            if bundle.sql.is_empty() {
                continue;
            }
            match standing(site, bundle) {
                Standing::WithoutTables => expected.name(&bundle.sql),
                Standing::AsInSql => expected.add(
                    bundle.symbolic_name.as_str(),
                    &bundle.sql,
                    None,
                    &mut doubtful,
                ),
                Standing::Elsewhere(reason) => expected.add(
                    bundle.symbolic_name.as_str(),
                    &bundle.sql,
                    Some(reason),
                    &mut doubtful,
                ),
            }
        }
        for name in doubtful {
            expected
                .undetermined
                .push(format!("{name}: described in two ways"));
            expected.compared.remove(&name);
        }
        expected
    }

    /// Liferay's indexes of a table, by its name in small letters.
    pub(super) fn indexes_of(&self, table: &str) -> Vec<&'a SqlIndex> {
        self.indexes.get(table).cloned().unwrap_or_default()
    }

    fn name(&mut self, sql: &SchemaSql) {
        let names = sql.tables.iter().map(|table| &table.name).chain(&sql.named);
        self.named.extend(names.map(|name| name.to_lowercase()));
    }

    fn add(
        &mut self,
        who: &str,
        sql: &'a SchemaSql,
        reason: Option<String>,
        doubtful: &mut BTreeSet<String>,
    ) {
        self.name(sql);
        let unread = sql.undetermined.iter().cloned();
        let reasons = unread
            .chain(reason)
            .map(|reason| format!("{who}: {reason}"));
        let before = self.undetermined.len();
        self.undetermined.extend(reasons);
        if self.undetermined.len() > before {
            return;
        }
        for table in &sql.tables {
            let name = table.name.to_lowercase();
            match self.compared.get(&name) {
                Some(known) if *known != table => {
                    doubtful.insert(name);
                }
                Some(_) => {}
                None => {
                    self.compared.insert(name, table);
                }
            }
        }
        for index in &sql.indexes {
            let indexes = self.indexes.entry(index.table.to_lowercase()).or_default();
            if !indexes.contains(&index) {
                indexes.push(index);
            }
        }
    }
}

/// Where a module's tables stand.
enum Standing {
    /// It has no row, so that it has made none yet.
    WithoutTables,
    AsInSql,
    Elsewhere(String),
}

fn standing(site: &SiteFacts, bundle: &BundleFacts) -> Standing {
    let rows = &site.database.release_rows;
    let Some(row) = rows.iter().find(|row| row.name == bundle.symbolic_name) else {
        return Standing::WithoutTables;
    };
    match &bundle.require_schema_version {
        Some(required) if row.schema_version.to_string() == *required => Standing::AsInSql,
        Some(required) => Standing::Elsewhere(format!(
            "its tables are at {}, its SQL makes {required}",
            row.schema_version
        )),
        None => without_header(site, bundle, &row.schema_version),
    }
}

/// Without the header, only one bundle of a name can be the one that made the tables; its SQL makes them as they are
/// after its last step. A row beyond that is right where the SQL made them at once, with the bundle's own version
/// (`InitialUpgradeExtender`); elsewhere another version of the module may have left it.
fn without_header(site: &SiteFacts, bundle: &BundleFacts, row: &SchemaVersion) -> Standing {
    if let Some(reason) = bundle.upgrades.undetermined.first() {
        return Standing::Elsewhere(format!(
            "it is not known where its steps end, and so which tables its SQL makes: {reason}"
        ));
    }
    let registered = bundle.upgrades.registrations.iter();
    let published = site
        .bundles
        .iter()
        .flat_map(|other| &other.upgrades.published)
        .filter(|step| step.name == bundle.symbolic_name);
    let ends = registered
        .map(|call| &call.to)
        .chain(published.map(|step| &step.to));
    let numbers = |version: &SchemaVersion| {
        let (major, minor, micro, _) = version.numbers()?;
        Some((major, minor, micro))
    };
    let last = ends.max_by_key(|end| numbers(end));
    if let Some(last) = last {
        if row.is_intermediate() || numbers(row) < numbers(last) {
            return Standing::Elsewhere(format!(
                "its tables are at {row}, its steps lead to {last}"
            ));
        }
        if numbers(row) == numbers(last) {
            return Standing::AsInSql;
        }
    }
    if row
        .as_str()
        .parse()
        .is_ok_and(|row: OsgiVersion| row == bundle.version)
    {
        return Standing::AsInSql;
    }
    let own = &bundle.version;
    Standing::Elsewhere(match last {
        Some(last) => format!(
            "its tables are at {row}, neither where its steps lead ({last}) nor at its own version ({own})"
        ),
        None => format!("its tables are at {row}, it has no steps and is itself at {own}"),
    })
}

/// Why the core's SQL does not describe the database.
fn core_is_behind(site: &SiteFacts) -> Option<String> {
    let mut rows = site.database.release_rows.iter();
    let Some(row) = rows.find(|row| row.is_core()) else {
        return Some("it has no row in Release_".to_owned());
    };
    match &site.core.latest_schema_version {
        Some(latest) if *latest == row.schema_version => None,
        Some(latest) => Some(format!(
            "its tables are at {}, its SQL makes {latest}",
            row.schema_version
        )),
        None => Some("it is not known which schema its SQL makes".to_owned()),
    }
}

/// All unique indexes that a release makes.
pub fn unique_indexes(release: &ReleaseFacts) -> Vec<SqlIndex> {
    let modules = release.bundles.iter().map(|bundle| &bundle.sql);
    std::iter::once(&release.core_sql)
        .chain(modules)
        .flat_map(|sql| &sql.indexes)
        .filter(|index| index.unique)
        .cloned()
        .collect()
}
