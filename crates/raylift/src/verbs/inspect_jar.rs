//! `raylift inspect jar`.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use raylift_formats::bundle::{Jar, JarError, Manifest, bundle_facts, portal_identity};
use raylift_formats::lpkg::LpkgContent;
use raylift_formats::release_info::{self, ReleaseInfo};
use raylift_formats::{core_registry, lpkg};
use raylift_model::codes;
use raylift_model::facts::{BundleFacts, CoreStep};
use raylift_model::names::RelativePath;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render::columns;

const CORE: &str = "com/liferay/portal/upgrade/PortalUpgradeProcess.class";
const KERNEL: &str = "com/liferay/portal/kernel/util/ReleaseInfo.class";
const MANIFEST: &str = "META-INF/MANIFEST.MF";
/// Where a home has the kernel, seen from the folder of `portal-impl.jar`: beside it (7.4), in Tomcat's `lib/ext`.
const KERNEL_PLACES: [&str; 2] = ["portal-kernel.jar", "../../../../lib/ext/portal-kernel.jar"];
/// Limits in bytes; real files stay far below.
const LARGEST_CLASS: u64 = 16 << 20;
const LARGEST_MANIFEST: u64 = 8 << 20;

/// Shows what a single file holds.
pub(crate) fn run(file: &Path, with: &[PathBuf], printer: &Printer) -> Result<Exit, Problem> {
    let bytes = read(file)?;
    let mut jar = Jar::open(&bytes).map_err(|error| damaged(file, &error))?;
    let answer = if jar.has(CORE) {
        core(file, jar, with)?
    } else if jar.has(KERNEL) {
        release(file, &mut jar)?
    } else if has_extension(file, "lpkg") {
        let content =
            lpkg::bundles(&bytes, &name_of(file)).map_err(|error| damaged(file, &error))?;
        json!({ "lpkg": { "bundles": entries(content) } })
    } else if has_extension(file, "war") {
        let content =
            lpkg::war(&bytes, &name_of(file)).map_err(|error| unreadable(file, &error))?;
        web_archive(content)
    } else {
        let facts =
            bundle_facts(&bytes, &name_of(file), None).map_err(|error| unreadable(file, &error))?;
        match facts {
            Some(facts) => json!({ "bundle": bundle(&facts) }),
            None => return Err(unknown(file, &jar)),
        }
    };
    printer.json(&answer)?;
    if !printer.is_json() {
        printer.text(&columns(None, &rows(&answer)));
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    std::fs::read(file).map_err(|error| {
        Problem::refused(
            codes::FILE_UNREADABLE,
            format!("cannot read {}: {error}", file.display()),
            "Name a JAR, WAR or LPKG file that you may read.",
        )
        .ending(Exit::Failed)
    })
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case(extension))
}

fn damaged(file: &Path, error: &JarError) -> Problem {
    unreadable(file, error)
}

fn unreadable(file: &Path, error: &dyn std::error::Error) -> Problem {
    Problem::refused(
        codes::BUNDLE_UNREADABLE,
        format!("{}: {error}", file.display()),
        "Take the file from its release again.",
    )
    .ending(Exit::Failed)
}

fn unknown(file: &Path, jar: &Jar<'_>) -> Problem {
    Problem::refused(
        codes::BUNDLE_UNREADABLE,
        format!(
            "{} is a ZIP file with {} files, but neither portal-impl, portal-kernel, an OSGi bundle nor an LPKG",
            file.display(),
            jar.names().len()
        ),
        "Name one of these.",
    )
    .ending(Exit::Failed)
}

fn name_of(file: &Path) -> RelativePath {
    RelativePath::new(
        file.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    )
}

fn core(file: &Path, jar: Jar<'_>, with: &[PathBuf]) -> Result<Value, Problem> {
    let mut given = Vec::new();
    for path in with {
        given.push((path, read(path)?));
    }
    let folder = std::fs::canonicalize(file)
        .ok()
        .and_then(|file| file.parent().map(Path::to_path_buf));
    let found: Vec<(PathBuf, Vec<u8>)> = folder
        .iter()
        .flat_map(|folder| KERNEL_PLACES.map(|place| folder.join(place)))
        .filter_map(|place| {
            let bytes = std::fs::read(&place).ok()?;
            Some((place, bytes))
        })
        .collect();
    let mut used: Vec<&Path> = with.iter().map(PathBuf::as_path).collect();
    let mut jars = vec![RefCell::new(jar)];
    for (path, bytes) in &given {
        jars.push(RefCell::new(
            Jar::open(bytes).map_err(|error| damaged(path, &error))?,
        ));
    }
    // A kernel that merely lies there and cannot be read is no more than one that is absent.
    for (place, bytes) in &found {
        if let Ok(jar) = Jar::open(bytes) {
            jars.push(RefCell::new(jar));
            used.push(place);
        }
    }
    let registry =
        core_registry::read(&|class| jars.iter().find_map(|jar| jar.borrow_mut().class(class)));
    let mut answer = json!({
        "steps": registry.steps.iter().map(step).collect::<Vec<_>>(),
        "latest_schema_version": registry.latest_schema_version,
        "required_schema_version": registry.required_schema_version,
        "startup_check": registry.startup_check,
        "with": used,
    });
    if let Some(object) = answer.as_object_mut() {
        if let Some(assumed) = registry.assumed {
            object.insert("assumed".to_owned(), json!(assumed));
        }
        if !registry.undetermined.is_empty() {
            object.insert(
                "undetermined".to_owned(),
                json!(registry.undetermined.join("; ")),
            );
        }
    }
    Ok(json!({ "core": answer }))
}

fn step(step: &CoreStep) -> Value {
    let kind = if step.class.contains('#') {
        "factory"
    } else {
        "class"
    };
    let mut answer = json!({
        "schema_version": step.schema_version,
        "arguments": step.arguments,
        "log_text": step.log_text,
    });
    if let Some(object) = answer.as_object_mut() {
        object.insert(kind.to_owned(), json!(step.class));
        if !step.module_rows.is_empty() {
            object.insert("module_rows".to_owned(), json!(step.module_rows));
        }
        if step.may_be_skipped {
            object.insert("may_be_skipped".to_owned(), json!(true));
        }
        if !step.asks.is_empty() {
            object.insert("asks".to_owned(), json!(step.asks));
        }
        if !step.creates.is_empty() {
            object.insert("creates".to_owned(), json!(step.creates));
        }
        let reason = step.undetermined.clone().or_else(|| {
            step.log_text
                .is_none()
                .then(|| "the text in the log is not known".to_owned())
        });
        if let Some(reason) = reason {
            object.insert("undetermined".to_owned(), json!(reason));
        }
    }
    answer
}

/// From the class itself; the manifest fills in what an older class does not have.
fn release(file: &Path, jar: &mut Jar<'_>) -> Result<Value, Problem> {
    let manifest = jar
        .read(MANIFEST, LARGEST_MANIFEST)
        .map_err(|error| damaged(file, &error))?
        .unwrap_or_default();
    let identity = portal_identity(&Manifest::read(&manifest).value).unwrap_or_default();
    let class = jar
        .read(KERNEL, LARGEST_CLASS)
        .map_err(|error| damaged(file, &error))?
        .unwrap_or_default();
    let (info, undetermined) = match release_info::read(class) {
        Ok(info) => (info, None),
        Err(error) => (
            ReleaseInfo::default(),
            Some(format!("{}: {error}", release_info::CLASS)),
        ),
    };
    let mut answer = json!({
        "name": info.name,
        "version": info.version.or(identity.version_text),
        "display_name": info.display_name.or(identity.display_name),
        "build_number": info.build_number.or(identity.build_number),
        "code_name": info.code_name,
        "date": info.date.or(identity.build_date),
    });
    if let (Some(object), Some(reason)) = (answer.as_object_mut(), undetermined) {
        object.insert("undetermined".to_owned(), json!(reason));
    }
    Ok(json!({ "release": answer }))
}

/// A WAR that is a bundle is shown as one; others get their name when they are deployed.
fn web_archive(mut content: LpkgContent) -> Value {
    let own = content
        .bundles
        .iter()
        .position(|facts| facts.entry.is_none())
        .map(|index| bundle(&content.bundles.remove(index)));
    let libraries = entries(content);
    match own {
        Some(own) => json!({ "bundle": own, "libraries": libraries }),
        None => json!({ "war": { "libraries": libraries } }),
    }
}

/// Everything that a package or a WAR holds and that says something.
fn entries(content: LpkgContent) -> Vec<Value> {
    let mut bundles: Vec<Value> = content.bundles.iter().map(bundle).collect();
    let unread = |entry: &String, why: String| json!({ "entry": entry, "undetermined": why });
    bundles.extend(
        content
            .unreadable
            .iter()
            .map(|(entry, error)| unread(entry, error.to_string())),
    );
    bundles.extend(
        content
            .too_deep
            .iter()
            .map(|entry| unread(entry, "it lies too deep".to_owned())),
    );
    if content.further_unreadable > 0 {
        let why = format!("{} more are not read", content.further_unreadable);
        bundles.push(json!({ "undetermined": why }));
    }
    bundles
}

fn bundle(facts: &BundleFacts) -> Value {
    let mut answer = json!({
        "symbolic_name": facts.symbolic_name,
        "version": facts.version,
        "require_schema_version": facts.require_schema_version,
        "liferay_service": facts.liferay_service,
        "registrations": facts.upgrades.registrations,
        "initialization": facts.upgrades.initialization,
        "release_creation": facts.upgrades.release_creation,
        "initial_deployment": facts.upgrades.initial_deployment,
        "published": facts.upgrades.published,
        "initial_tables": facts.upgrades.initial_tables,
        "release_filters": facts.release_filters,
    });
    if let Some(object) = answer.as_object_mut() {
        if let Some(executor) = &facts.executor {
            object.insert("executor".to_owned(), json!(executor));
        }
        if let Some(entry) = &facts.entry {
            object.insert("entry".to_owned(), json!(entry));
        }
        if !facts.upgrades.undetermined.is_empty() {
            object.insert(
                "undetermined".to_owned(),
                json!(facts.upgrades.undetermined.join("; ")),
            );
        }
    }
    answer
}

/// One row for each step of the core; name and value for everything else.
fn rows(answer: &Value) -> Vec<Vec<String>> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string().replace("null", "-"), str::to_owned)
    };
    let mut rows = Vec::new();
    for (_, content) in answer.as_object().into_iter().flatten() {
        for (name, value) in content.as_object().into_iter().flatten() {
            let Some(list) = value.as_array() else {
                rows.push(vec![name.clone(), text(value)]);
                continue;
            };
            for element in list {
                let field = |name: &str| element.get(name).map(text);
                let first = field("schema_version").unwrap_or_else(|| name.clone());
                let edge = || {
                    let classes = element.get("classes").or_else(|| element.get("class"))?;
                    let classes = match classes.as_array() {
                        Some(all) => all.iter().map(text).collect::<Vec<_>>().join(" + "),
                        None => text(classes),
                    };
                    Some(format!("{} → {}  {classes}", field("from")?, field("to")?))
                };
                let waits = || {
                    Some(format!(
                        "{} waits for {}",
                        field("component")?,
                        field("filter")?
                    ))
                };
                let second = field("undetermined")
                    .map(|why| format!("undetermined: {why}"))
                    .or_else(|| field("log_text"))
                    .or_else(edge)
                    .or_else(waits)
                    .unwrap_or_else(|| text(element));
                rows.push(vec![first, second]);
            }
        }
    }
    rows
}
