//! Rules that hold for all files, on made-up ones with every way of writing them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use raylift_formats::merge::{self, Dialect, Ruling, Sides};
use raylift_formats::properties::{Encoding, read};
use roxmltree::{Document, Node};

use crate::{with, xml};

/// How a file is written.
#[derive(Debug, Clone)]
struct Style {
    line_end: &'static str,
    indent: &'static str,
    mark: char,
    comments: bool,
    last_line_end: bool,
    in_lines: bool,
}

fn style() -> impl Strategy<Value = Style> {
    (
        prop::sample::select(vec!["\n", "\r\n"]),
        prop::sample::select(vec!["  ", "\t", ""]),
        prop::sample::select(vec!['"', '\'']),
        any::<(bool, bool, bool)>(),
    )
        .prop_map(
            |(line_end, indent, mark, (comments, last_line_end, in_lines))| Style {
                line_end,
                indent,
                mark,
                comments,
                last_line_end,
                in_lines,
            },
        )
}

/// Elements by identity, each with attributes, and with children or a text.
#[derive(Debug, Clone)]
struct Element {
    attributes: BTreeMap<&'static str, String>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Children(BTreeMap<(&'static str, u8), Element>),
    Text,
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "a",
        "b c",
        "${x}",
        "&lt;",
        "ä",
        "x&quot;y",
        "it&apos;s",
    ])
    .prop_map(str::to_owned)
}

fn element() -> impl Strategy<Value = Element> {
    let attributes =
        || prop::collection::btree_map(prop::sample::select(vec!["p", "q", "r"]), value(), 0..3);
    let leaf = (attributes(), Just(Content::Children(BTreeMap::new()))).prop_map(
        |(attributes, content)| Element {
            attributes,
            content,
        },
    );
    leaf.prop_recursive(3, 20, 4, move |inner| {
        let names = prop::sample::select(vec!["Valve", "Host", "Resource", "Connector"]);
        let children = prop::collection::btree_map((names, 0..3_u8), inner, 0..4);
        let texts = prop::collection::btree_map(
            (Just("Alias"), 0..3_u8),
            Just(Element {
                attributes: BTreeMap::new(),
                content: Content::Text,
            }),
            0..3,
        );
        (attributes(), children, texts).prop_map(|(attributes, mut children, texts)| {
            children.extend(texts);
            Element {
                attributes,
                content: Content::Children(children),
            }
        })
    })
}

/// The attribute that tells one of its kind.
fn identity(name: &str) -> &'static str {
    match name {
        "Valve" => "className",
        "Connector" => "port",
        _ => "name",
    }
}

fn write(name: (&str, u8), element: &Element, style: &Style, depth: usize, text: &mut String) {
    let (tag, number) = name;
    let blanks = style.indent.repeat(depth);
    if style.comments {
        text.push_str(&format!(
            "{blanks}<!-- {tag} {number}: < & -->{}",
            style.line_end
        ));
    }
    text.push_str(&format!("{blanks}<{tag}"));
    let (mark, end) = (style.mark, style.line_end);
    let attribute = |name: &str, value: &str| {
        let blank = if style.in_lines {
            format!("{end}{blanks}    ")
        } else {
            " ".to_owned()
        };
        format!("{blank}{name}={mark}{value}{mark}")
    };
    if depth > 0 && tag != "Alias" {
        text.push_str(&attribute(identity(tag), &number.to_string()));
    }
    for (name, value) in &element.attributes {
        text.push_str(&attribute(name, value));
    }
    match &element.content {
        Content::Text => text.push_str(&format!(">name {number}</{tag}>")),
        Content::Children(children) if children.is_empty() => text.push_str(" />"),
        Content::Children(children) => {
            text.push_str(&format!(">{end}"));
            for (name, child) in children {
                write(*name, child, style, depth + 1, text);
            }
            text.push_str(&format!("{blanks}</{tag}>"));
        }
    }
    if depth > 0 || style.last_line_end {
        text.push_str(end);
    }
}

fn written(element: &Element, style: &Style) -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n");
    write(("Server", 0), element, style, 0, &mut text);
    text
}

/// A document by meaning.
fn meaning(node: Node<'_, '_>) -> String {
    let attributes: BTreeMap<&str, &str> = node
        .attributes()
        .map(|attribute| (attribute.name(), attribute.value()))
        .collect();
    let children: Vec<String> = node
        .children()
        .filter(Node::is_element)
        .map(meaning)
        .collect();
    let text = node.text().unwrap_or_default().trim();
    format!(
        "{}{attributes:?}{text:?}{children:?}",
        node.tag_name().name()
    )
}

fn meaning_of(text: &str) -> String {
    meaning(Document::parse(text).unwrap().root_element())
}

fn comments(text: &str) -> Vec<String> {
    let document = Document::parse(text).unwrap();
    let root = document.root();
    let comments = root
        .children()
        .chain(root.first_element_child().unwrap().children());
    comments
        .filter(Node::is_comment)
        .map(|comment| text[comment.range()].to_owned())
        .collect()
}

fn property_file() -> impl Strategy<Value = (BTreeMap<String, String>, String)> {
    let key = prop::sample::select(vec!["a", "b.c", "handlers", "common.loader", "x y", "ü"]);
    let part = prop::sample::select(vec!["1", "${x}/lib", "\"a b\"", "c=d", "e"]);
    let values = prop::collection::btree_set(part, 0..4);
    (prop::collection::btree_map(key, values, 0..5), style()).prop_map(|(entries, style)| {
        let mut text = String::new();
        let mut map = BTreeMap::new();
        let count = entries.len();
        for (index, (key, values)) in entries.into_iter().enumerate() {
            if style.comments {
                text.push_str(&format!("# {key} \\{}", style.line_end));
            }
            let values: Vec<&str> = values.into_iter().collect();
            let joint = if style.in_lines {
                format!(",\\{}  ", style.line_end)
            } else {
                ",".to_owned()
            };
            let written = key.replace(' ', "\\ ").replace('ü', "\\u00fc");
            text.push_str(&format!(
                "{}{written}={}",
                style.indent,
                values.join(&joint)
            ));
            if index + 1 < count || style.last_line_end {
                text.push_str(style.line_end);
            }
            map.insert(key.to_owned(), values.join(","));
        }
        (map, text)
    })
}

/// By key; loaders' quotation marks mean nothing, and the order of a set does not count here.
fn property_values(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let properties = read(text.as_bytes(), Encoding::Latin1).value;
    let values = properties.entries().iter().map(|entry| {
        let parts = entry.value.split(',').map(|part| part.trim().to_owned());
        (entry.key.clone(), parts.collect())
    });
    values.collect()
}

fn script() -> impl Strategy<Value = String> {
    let option = prop::sample::select(vec![
        "-Xmx1g",
        "-Xmx2g",
        "-Xms1g",
        "-Da=1",
        "-Da=2",
        "-Db",
        "-XX:+UseG1GC",
        "-XX:-UseG1GC",
        "--add-opens=a/b=ALL-UNNAMED",
        "--add-opens=a/c=ALL-UNNAMED",
    ]);
    let options = prop::collection::vec(option, 0..5).prop_map(|options| {
        let mut names = BTreeSet::new();
        let options: Vec<&str> = options
            .into_iter()
            .filter(|option| names.insert(merge::option_name(option)))
            .collect();
        options
    });
    let other = prop::collection::btree_map(
        prop::sample::select(vec!["JAVA_HOME", "CATALINA_PID", "UMASK"]),
        prop::sample::select(vec!["/a", "'b c'", "\"$X/y\""]),
        0..3,
    );
    (options, other, style()).prop_map(|(options, other, style)| {
        let end = style.line_end;
        let mut text = String::new();
        if style.comments {
            text.push_str(&format!("#!/bin/sh{end}{end}"));
        }
        for (name, value) in other {
            let export = if style.in_lines { "export " } else { "" };
            text.push_str(&format!("{}{export}{name}={value}{end}", style.indent));
        }
        let joint = if style.in_lines {
            format!(" \\{end}  ")
        } else {
            " ".to_owned()
        };
        let mark = if style.in_lines { '"' } else { style.mark };
        // Between single quotation marks it would mean itself.
        let own = if mark == '"' { "$CATALINA_OPTS " } else { "" };
        text.push_str(&format!(
            "CATALINA_OPTS={mark}{own}{}{mark}",
            options.join(&joint)
        ));
        if style.last_line_end {
            text.push_str(end);
        }
        text
    })
}

fn script_values(text: &str) -> (BTreeSet<String>, BTreeMap<String, String>) {
    let script = merge::script(text.as_bytes(), Dialect::Sh);
    assert!(script.not_understood.is_empty(), "{text}");
    let options = script.java_options().map(|(_, option)| option.to_owned());
    let options = options.collect();
    let others = script
        .assignments
        .iter()
        .filter(|one| one.name != "CATALINA_OPTS");
    let others = others.map(|one| (one.name.clone(), one.written.clone()));
    (options, others.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn xml_files_become_the_other_when_nothing_else_changed(
        one in element(), two in element(), here in style(), there in style(),
    ) {
        let (base, other) = (written(&one, &here), written(&two, &there));
        let (text, conflicts) = xml(Some(&base), &base, &other).unwrap();
        prop_assert_eq!(conflicts, Vec::<String>::new());
        prop_assert_eq!(meaning_of(&text), meaning_of(&other), "{}\n{}\n{}", base, other, text);
        for comment in comments(&base) {
            prop_assert!(text.contains(&comment), "{} is gone", comment);
        }
    }

    #[test]
    fn xml_files_stay_when_the_other_did_not_change(
        one in element(), two in element(), here in style(), there in style(),
    ) {
        let (old, base) = (written(&one, &here), written(&two, &there));
        prop_assert_eq!(xml(Some(&old), &base, &old).unwrap(), (base, vec![]));
    }

    #[test]
    fn three_xml_files_never_make_a_broken_one(
        one in element(), two in element(), three in element(), here in style(), there in style(),
    ) {
        let files = [written(&one, &here), written(&two, &there), written(&three, &here)];
        let (text, _) = xml(Some(&files[0]), &files[1], &files[2]).unwrap();
        Document::parse(&text).unwrap();
    }

    #[test]
    fn property_files_become_the_other(one in property_file(), two in property_file()) {
        let merge = |sides: Sides<'_>| merge::properties(sides, &|_| Ruling::Usual);
        let (base, other) = (one.1, two.1);
        let (text, conflicts) = with(merge, Some(&base), &base, &other).unwrap();
        prop_assert_eq!(conflicts, Vec::<String>::new());
        prop_assert_eq!(property_values(&text), property_values(&other), "{:?} {:?} {:?}", base, other, text);
        let (text, _) = with(merge, Some(&other), &base, &other).unwrap();
        prop_assert_eq!(text, base);
    }

    #[test]
    fn scripts_become_the_other(base in script(), other in script()) {
        let merge = |sides: Sides<'_>| merge::shell(sides, Dialect::Sh, &|_| Ruling::Usual);
        let (text, conflicts) = with(merge, Some(&base), &base, &other).unwrap();
        prop_assert_eq!(conflicts, Vec::<String>::new());
        prop_assert_eq!(script_values(&text), script_values(&other), "{:?} {:?} {:?}", base, other, text);
        let (text, _) = with(merge, Some(&other), &base, &other).unwrap();
        prop_assert_eq!(text, base);
    }

    #[test]
    fn no_merge_panics(old in any::<Vec<u8>>(), base in ".*", other in "[<>/a =\"'$\\\\\\n-]*") {
        let judge = |_: &merge::Item<'_>| Ruling::Usual;
        for (base, other) in [(base.as_bytes(), other.as_bytes()), (other.as_bytes(), base.as_bytes())] {
            for old in [Some(old.as_slice()), Some(base), None] {
                let sides = Sides { old, base, other };
                let _ = merge::xml(sides, &judge);
                let _ = merge::properties(sides, &judge);
                let _ = merge::shell(sides, Dialect::Sh, &judge);
                let _ = merge::shell(sides, Dialect::Bat, &judge);
            }
        }
    }
}

/// Ten thousand entries are no work: nothing is compared with everything.
#[test]
fn large_files_take_time_in_proportion() {
    let xml_file = |from: usize| {
        let elements: String = (from..from + 10_000)
            .map(|number| format!("  <Valve className=\"c{number}\" a=\"1\" />\n"))
            .collect();
        format!("<Server>\n{elements}</Server>\n")
    };
    let (base, other) = (xml_file(0), xml_file(5_000));
    let (text, _) = xml(Some(&base), &base, &other).unwrap();
    assert_eq!(meaning_of(&text), meaning_of(&other));
    let keys = |from: usize| -> String {
        (from..from + 10_000)
            .map(|number| format!("k{number}=1\n"))
            .collect()
    };
    let list = |from: usize| -> String {
        let elements: Vec<String> = (from..from + 10_000).map(|n| format!("e{n}")).collect();
        format!("common.loader={}\n", elements.join(","))
    };
    let merge = |sides: Sides<'_>| merge::properties(sides, &|_| Ruling::Usual);
    for file in [&keys as &dyn Fn(usize) -> String, &list] {
        let (base, other) = (file(0), file(5_000));
        let (text, _) = with(merge, Some(&base), &base, &other).unwrap();
        assert_eq!(property_values(&text), property_values(&other));
    }
}
