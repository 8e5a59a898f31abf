//! Trees of property files.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// One tree and the Java machine's properties. `@` stands for the folder that all lies in.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) files: Vec<(String, String)>,
    pub(crate) java: Vec<(String, String)>,
}

/// Keys that are asked for.
pub(crate) const KEYS: &[&str] = &[
    "k1",
    "k2",
    "k3",
    "k4",
    "k.5",
    "kB",
    "liferay.home",
    "own",
    "only",
    "lone_",
    "none",
];
/// The server's environment, in runs that have one.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("LIFERAY_K4", "${k1}, p\\,q,\\\\r"),
    ("LIFERAY_K_PERIOD_5", "one ${k2}"),
    ("LIFERAY_K_UPPERCASEB_", "x"),
    ("LIFERAY_LONE_", ""),
    (
        "LIFERAY_INCLUDE_MINUS_AND_MINUS_OVERRIDE",
        "i1.properties,${own}/i3.properties",
    ),
    ("E1", "from ${k1}"),
];

const RELEASE: &str = "\
include-and-override=portal-bundle.properties
include-and-override=${liferay.home}/portal-bundle.properties
include-and-override=portal-ext.properties
include-and-override=${liferay.home}/portal-ext.properties
include-and-override=portal-setup-wizard.properties
include-and-override=${liferay.home}/portal-setup-wizard.properties
include-and-override=${external-properties}
include-and-override=${liferay.home}/${external-properties}
liferay.home=${resource.repositories.root}
resource.repositories.root=${default.liferay.home}
k1=default
k2=a,b
k3=
";
const NAMES: &[&str] = &[
    "home/portal-ext.properties",
    "home/portal-ext.properties",
    "classes/portal-ext.properties",
    "user/portal-ext.properties",
    "home/portal-setup-wizard.properties",
    "home/portal-bundle.properties",
    "home/i1.properties",
    "home/i2.properties",
    "classes/i1.properties",
    "classes/sub/i2.properties",
    "user/i3.properties",
    "home/folder.properties/a",
];
const LINES: &[&str] = &[
    "include-and-override=i1.properties",
    "include-and-override=@/home/i2.properties",
    "include-and-override=${own}/i2.properties, i3.properties",
    "include-and-override=${liferay.home}/i1.properties",
    "include-and-override=sub/i2.properties",
    "include-and-override=@/home/folder.properties",
    "include-and-override=missing.properties",
    "include-and-override=@/home/portal-ext.properties",
    "include=i1.properties",
    "include=i2.properties",
    "INCLUDE = ${k2}.properties",
    "own=@/home",
    "k4=\\u12x4",
    "k4=end \\u12",
    "# include-and-override=i1.properties",
    "! k1=no",
    "lonely",
    "k2",
    "",
    "k1=open \\",
    "k.5=a\\",
    "  \\",
];
const KEY_TEXTS: &[&str] = &[
    "k1=",
    "k2=",
    "k3 = ",
    "k4:",
    "k.5 ",
    "k\\.5=",
    "kB=",
    "k\\u0042=",
    " k1\t=\t",
    "k\\ 1=",
    "only=",
];
const VALUES: &[&str] = &[
    "a",
    "b",
    ",",
    ", ",
    "\\,",
    "\\\\",
    " ",
    "\\ ",
    "${k1}",
    "${k2}",
    "${k3}",
    "${none}",
    "$${k1}",
    "$",
    "${",
    "}",
    "${sys:s1}",
    "${env:E1}",
    "${s1}",
    "${k4",
    "\\u0041",
    "\\u00e4",
    "\\ud83d\\ude00",
    "é",
    "\\\n   ",
    "\\\n#c\n",
    "\\\r\n",
    "\\t",
    "\\n",
    "\\q",
    "=",
    ":",
    "#",
    "true",
    "i1",
    "${portal.x}",
    "\u{2028}",
    "\t",
];
const JAVA: &[(&str, &str)] = &[
    ("portal:k1", "p,q ${k2}"),
    ("portal:own", "@/user"),
    ("k2", "java"),
    ("only", "${k1},x"),
    ("s1", "S,${k2}"),
    ("external-properties", "i1.properties"),
    ("external-properties", "@/home/i2.properties,x"),
    ("own", "@/home"),
    ("portal:liferay.home", "@/user"),
    ("portal:none", ""),
];

fn file() -> impl Strategy<Value = (String, String)> {
    let value =
        prop::collection::vec(prop::sample::select(VALUES), 0..5).prop_map(|parts| parts.concat());
    let property =
        (prop::sample::select(KEY_TEXTS), value).prop_map(|(key, value)| format!("{key}{value}"));
    let line = prop_oneof![
        3 => property,
        1 => prop::sample::select(LINES).prop_map(str::to_owned),
    ];
    let end = prop::sample::select(vec!["\n", "\n", "\r\n", "\r"]);
    let content = (prop::collection::vec(line, 0..7), end).prop_map(|(lines, end)| lines.join(end));
    (prop::sample::select(NAMES).prop_map(str::to_owned), content)
}

/// The same trees in every run.
pub(crate) fn cases(count: usize) -> Vec<Case> {
    let case = (
        prop::collection::vec(file(), 1..7),
        prop::collection::vec(prop::sample::select(JAVA), 0..4),
    );
    let case = case.prop_map(|(mut files, java)| {
        files.insert(
            0,
            ("classes/portal.properties".to_owned(), RELEASE.to_owned()),
        );
        let mut java: Vec<(String, String)> = java
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        java.push(("default.liferay.home".to_owned(), "@/home".to_owned()));
        Case { files, java }
    });
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| case.new_tree(&mut runner).unwrap().current())
        .collect()
}

impl Case {
    /// For `PortalProperties.java`.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fn length(bytes: &mut Vec<u8>, length: usize) {
            bytes.extend(u32::try_from(length).unwrap().to_be_bytes());
        }
        fn text(bytes: &mut Vec<u8>, text: &str) {
            length(bytes, text.len());
            bytes.extend(text.as_bytes());
        }
        let mut bytes = Vec::new();
        for list in [&self.files, &self.java] {
            length(&mut bytes, list.len());
            for (name, value) in list {
                text(&mut bytes, name);
                text(&mut bytes, value);
            }
        }
        length(&mut bytes, KEYS.len());
        KEYS.iter().for_each(|key| text(&mut bytes, key));
        bytes
    }
}
