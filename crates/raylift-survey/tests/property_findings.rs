//! What is said about files of properties, at which file and line. What the portal makes of each case was seen with its
//! own classes (`effective.rs`, `java/oracle/PortalProperties.java`).

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::fs;

use common::{Process, Scratch, TestMachine, request};
use raylift_model::codes;
use raylift_survey::site::{PlaceKind, Setting, SiteProperties, properties};

const CLASSES: &str = "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes";

fn read(
    scratch: &Scratch,
    options: &[&str],
    environment: &[(&'static str, &str)],
) -> SiteProperties {
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    let mut server = Process::server(7, &scratch.tomcat());
    server
        .arguments
        .splice(0..0, options.iter().map(|option| (*option).to_owned()));
    server.environment.extend(
        environment
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    server.folder = scratch.around().to_owned();
    machine.run(server, &java);
    properties(&machine, &request(&scratch.home)).unwrap_or_else(|error| panic!("{error:?}"))
}

fn value(setting: &Setting) -> Option<&str> {
    setting
        .value
        .as_ref()
        .map(|value| value.as_deref().unwrap_or("!"))
}

/// The one finding with a code: where it is.
fn at(read: &SiteProperties, code: &str, scratch: &Scratch) -> String {
    let found: Vec<_> = read
        .findings()
        .iter()
        .filter(|finding| finding.code.as_str() == code)
        .collect();
    assert_eq!(found.len(), 1, "{code}: {:#?}", read.findings());
    found
        .first()
        .unwrap()
        .subject
        .replace(&format!("{}/", scratch.home.display()), "")
}

#[test]
fn each_trouble_is_told_at_its_line() {
    for (lines, code, place) in [
        ("k=1\n\nk2=\\u00zz", codes::PROPERTIES_REFUSED, 3),
        ("k=1\ninclude=none.properties", codes::PROPERTIES_REFUSED, 2),
        (
            "k=1\ninclude-and-override=${k2}\nk2=${k2}",
            codes::PROPERTIES_REFUSED,
            2,
        ),
        (
            "k=1\ninclude-and-override=@/portal-ext.properties",
            codes::PROPERTIES_CYCLE,
            2,
        ),
        ("include=portal-ext.properties", codes::PROPERTIES_CYCLE, 1),
        (
            "#\ninclude-and-override=@/osgi",
            codes::PROPERTIES_INCLUDE,
            2,
        ),
        (
            "include-and-override=@/none.properties",
            codes::PROPERTIES_INCLUDE,
            1,
        ),
        (
            "include-and-override=${liferay.home}/x.properties",
            codes::PROPERTIES_INCLUDE,
            1,
        ),
        ("k=1\nk2=a\\", codes::PROPERTIES_TEXT, 2),
        ("k=1\n\nlonely", codes::PROPERTIES_TEXT, 3),
        ("k=1\nk2=\0", codes::PROPERTIES_TEXT, 2),
        ("\u{feff}k=1", codes::PROPERTIES_TEXT, 1),
        ("k=1\nk2=\\u00", codes::PROPERTIES_TEXT, 2),
    ] {
        let scratch = Scratch::good();
        let text = lines.replace('@', &scratch.home.display().to_string());
        scratch.write("portal-ext.properties", text.as_bytes());
        let read = read(&scratch, &[], &[]);
        assert_eq!(
            at(&read, code, &scratch),
            format!("portal-ext.properties:{place}"),
            "{lines:?}"
        );
        let stops = [codes::PROPERTIES_REFUSED, codes::PROPERTIES_CYCLE].contains(&code);
        assert_eq!(read.is_incomplete(), stops, "{lines:?}");
    }
    let scratch = Scratch::good();
    scratch.write("portal-ext.properties", b"k=1\nk2=x,\\\n \xe4\n");
    assert_eq!(
        at(&read(&scratch, &[], &[]), codes::PROPERTIES_TEXT, &scratch),
        "portal-ext.properties:3"
    );
}

#[test]
fn two_files_that_include_each_other_are_a_cycle_and_a_file_named_twice_is_not() {
    let scratch = Scratch::good();
    let home = scratch.home.display().to_string();
    scratch.set(&format!("include-and-override={home}/a.properties"));
    scratch.write(
        "a.properties",
        format!("k=a\ninclude-and-override={home}/portal-ext.properties").as_bytes(),
    );
    assert_eq!(
        at(&read(&scratch, &[], &[]), codes::PROPERTIES_CYCLE, &scratch),
        "a.properties:2"
    );
    let scratch = Scratch::good();
    let home = scratch.home.display().to_string();
    for name in ["a", "b", "a"] {
        scratch.set(&format!("include-and-override={home}/{name}.properties"));
    }
    scratch.write("a.properties", b"k=a");
    scratch.write("b.properties", b"k=b");
    let read = read(&scratch, &[], &[]);
    assert_eq!(
        at(&read, codes::PROPERTIES_REPEATED, &scratch),
        "portal-ext.properties:3"
    );
    assert_eq!(value(&read.setting("k")), Some("a"));
}

#[test]
fn a_key_set_in_five_places_names_them_all_and_the_last_counts() {
    let scratch = Scratch::good();
    scratch.write(&format!("{CLASSES}/portal-ext.properties"), b"k=1");
    scratch.write("portal-ext.properties", b"# x\nk=2");
    scratch.write("portal-setup-wizard.properties", b"k=3");
    let read = read(&scratch, &["-Dportal:k=5"], &[("LIFERAY_K", "4")]);
    let setting = read.setting("k");
    assert_eq!(value(&setting), Some("5"));
    let shown: Vec<_> = setting
        .places
        .iter()
        .map(|place| (place.kind, place.line, place.value.as_str(), place.wins))
        .collect();
    assert_eq!(
        shown,
        [
            (PlaceKind::File, 1, "1", false),
            (PlaceKind::File, 2, "2", false),
            (PlaceKind::File, 1, "3", false),
            (PlaceKind::Environment, 0, "4", false),
            (PlaceKind::Option, 0, "5", true),
        ]
    );
    let finding = read
        .findings()
        .iter()
        .find(|finding| finding.code.as_str() == codes::PROPERTIES_SEVERAL)
        .unwrap();
    assert_eq!(finding.subject, "k");
    assert!(finding.message.contains("5 places"), "{}", finding.message);
}

#[test]
fn lines_of_one_file_are_joined_and_the_release_default_is_known() {
    let scratch = Scratch::good();
    scratch.write(
        "portal-ext.properties",
        b"k=1\nk=2\ncluster.link.enabled=true",
    );
    let read = read(&scratch, &[], &[]);
    assert_eq!(value(&read.setting("k")), Some("1,2"));
    assert_eq!(read.setting("k").list.unwrap_or_default(), ["1", "2"]);
    let default = read.release_default("cluster.link.enabled");
    assert_eq!(default.as_deref(), Some("false"));
    assert_eq!(read.keys_of_site(), ["cluster.link.enabled", "k"]);
}

#[test]
fn a_link_out_of_the_home_and_one_that_leads_nowhere() {
    let scratch = Scratch::good();
    let outside = scratch.beside("shared.properties");
    fs::write(&outside, "k=1").unwrap();
    std::os::unix::fs::symlink(&outside, scratch.home.join("portal-ext.properties")).unwrap();
    let gone = scratch.beside("gone");
    let wizard = scratch.home.join("portal-setup-wizard.properties");
    std::os::unix::fs::symlink(gone, wizard).unwrap();
    let read = read(&scratch, &[], &[]);
    assert_eq!(
        at(&read, codes::PROPERTIES_LINK, &scratch),
        "portal-ext.properties"
    );
    assert_eq!(value(&read.setting("k")), Some("1"));
    assert!(!read.is_incomplete(), "{:#?}", read.findings());
}

#[test]
fn a_relative_name_is_sought_where_the_server_was_started() {
    let scratch = Scratch::good();
    scratch.set("include-and-override=beside.properties");
    fs::write(scratch.beside("beside.properties"), "k=beside").unwrap();
    assert_eq!(
        value(&read(&scratch, &[], &[]).setting("k")),
        Some("beside")
    );
    scratch.write("tomcat-9.0.19/lib/beside.properties", b"k=library");
    assert_eq!(
        value(&read(&scratch, &[], &[]).setting("k")),
        Some("library"),
        "the class path comes first"
    );
}

#[test]
fn variables_that_do_not_set_what_they_seem_to() {
    for (name, other) in [
        ("LIFERAY_INCLUDE_MINUS_AND_MINUS_OVERRIDE", None),
        ("LIFERAY_FOO_BAR_BAZ", None),
        ("LIFERAY_K", Some("LIFERAY_k")),
    ] {
        let scratch = Scratch::good();
        let variables: Vec<(&'static str, &str)> = [Some(name), other]
            .into_iter()
            .flatten()
            .map(|name| (name, "x"))
            .collect();
        let read = read(&scratch, &[], &variables);
        assert_eq!(
            at(&read, codes::PROPERTIES_VARIABLE, &scratch),
            other.unwrap_or(name)
        );
        assert_eq!(read.is_incomplete(), other.is_some());
    }
}

#[test]
fn values_of_companies_are_told_and_never_count() {
    let scratch = Scratch::good();
    let name = "tomcat-9.0.19/webapps/ROOT/WEB-INF/lib/portal-impl.jar";
    let release = b"include-and-override=portal-${easyconf:companyId}.properties\nk=default\n";
    let jar = common::jar(&[("portal.properties", release)]);
    scratch.write(name, &jar);
    scratch.write(
        &format!("{CLASSES}/portal-liferay.com.properties"),
        b"#\nk=theirs",
    );
    let off = read(&scratch, &[], &[]);
    assert!(off.setting("k").companies.is_empty());
    let on = read(&scratch, &["-Dcompany-id-properties=true"], &[]);
    let setting = on.setting("k");
    assert_eq!(value(&setting), Some("default"));
    let [(company, place)] = setting.companies.as_slice() else {
        panic!("{} companies", setting.companies.len())
    };
    assert_eq!(
        (company.as_str(), place.value.as_str(), place.line),
        ("liferay.com", "theirs", 2)
    );
    assert!(
        at(&on, codes::PROPERTIES_COMPANY, &scratch).ends_with("portal-liferay.com.properties")
    );
}

#[test]
fn system_ext_properties_count_over_options_unless_that_is_switched_off() {
    let scratch = Scratch::good();
    scratch.write(
        &format!("{CLASSES}/system-ext.properties"),
        b"portal\\:k=file\nonly=f\xe4r",
    );
    let set = read(&scratch, &["-Dportal:k=option"], &[]);
    assert_eq!(value(&set.setting("k")), Some("file"));
    assert_eq!(value(&set.setting("only")), Some("fär"));
    assert_eq!(set.setting("only").java.last().unwrap().line, 2);
    let kept = read(
        &scratch,
        &[
            "-Dportal:k=option",
            "-Dsystem.properties.set.override=false",
        ],
        &[],
    );
    assert_eq!(value(&kept.setting("k")), Some("option"));
    scratch.write(
        &format!("{CLASSES}/system-ext.properties"),
        b"a=1\nb=\\u12\n",
    );
    let refused = read(&scratch, &[], &[]);
    assert!(
        at(&refused, codes::SYSTEM_PROPERTIES_REFUSED, &scratch)
            .ends_with("system-ext.properties:2")
    );
}
