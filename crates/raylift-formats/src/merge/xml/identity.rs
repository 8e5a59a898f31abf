//! Which element is which.
//!
//! Source of the names: Apache Tomcat Configuration Reference; Servlet specification, deployment descriptor.

use std::collections::{HashMap, HashSet};

use roxmltree::Node;

/// Elements of Tomcat of which a container has one at most.
const SINGLE: [&str; 14] = [
    "GlobalNamingResources",
    "Engine",
    "Cluster",
    "Manager",
    "Store",
    "SessionIdGenerator",
    "Loader",
    "JarScanner",
    "JarScanFilter",
    "CookieProcessor",
    "Resources",
    "CredentialHandler",
    "Channel",
    "Transaction",
];

/// What tells an element from its like, with the name of the element.
pub(super) fn key(node: Node<'_, '_>) -> (String, String) {
    let name = node.tag_name().name();
    (name.to_owned(), identity(node, name))
}

/// What to show of the identity: `Connector[8080]`.
pub(super) fn title(node: Node<'_, '_>) -> String {
    let (name, identity) = key(node);
    if identity.is_empty() {
        name
    } else {
        format!("{name}[{identity}]")
    }
}

fn identity(node: Node<'_, '_>, name: &str) -> String {
    let attribute = |name: &str| node.attribute(name).unwrap_or_default().trim().to_owned();
    let child = |name: &str| child_text(node, name);
    match name {
        _ if SINGLE.contains(&name) => String::new(),
        "Connector" => attribute("port"),
        "Context" if node.attribute("path").is_none() => attribute("docBase"),
        "Context" => attribute("path"),
        "SSLHostConfig" => attribute("hostName"),
        "Certificate" => attribute("type"),
        "PreResources" | "PostResources" | "JarResources" => {
            format!("{} {}", attribute("webAppMount"), attribute("base"))
        }
        "role" => attribute("rolename"),
        "user" if node.attribute("username").is_some() => attribute("username"),
        "servlet" => child("servlet-name"),
        "filter" => child("filter-name"),
        "servlet-mapping" | "filter-mapping" => [
            child("servlet-name"),
            child("filter-name"),
            child("url-pattern"),
        ]
        .join(" ")
        .trim()
        .to_owned(),
        "init-param" | "context-param" => child("param-name"),
        "mime-mapping" => child("extension"),
        "listener" => child("listener-class"),
        "error-page" => format!("{}{}", child("error-code"), child("exception-type")),
        "security-role" => child("role-name"),
        "resource-ref" | "resource-env-ref" => {
            format!(
                "{}{}",
                child("res-ref-name"),
                child("resource-env-ref-name")
            )
        }
        "env-entry" => child("env-entry-name"),
        // Of these a parent has several, told by what stands in them.
        "welcome-file" | "WatchedResource" | "Alias" | "url-pattern" | "dispatcher" => {
            node.text().unwrap_or_default().trim().to_owned()
        }
        _ if node.attribute("name").is_some() => attribute("name"),
        _ => attribute("className"),
    }
}

/// A looser identity, by which the only one of its kind is found again although its name changed.
fn loose(node: Node<'_, '_>) -> Option<String> {
    let name = node.tag_name().name();
    match name {
        "Connector" => {
            let is_ajp = node
                .attribute("protocol")
                .is_some_and(|protocol| protocol.to_ascii_lowercase().contains("ajp"));
            let tls = node.attribute("SSLEnabled") == Some("true");
            Some(format!("{name} {is_ajp} {tls}"))
        }
        "Host" | "Service" | "Context" | "Realm" | "PreResources" => Some(name.to_owned()),
        _ => None,
    }
}

fn child_text(node: Node<'_, '_>, name: &str) -> String {
    node.children()
        .find(|child| child.tag_name().name() == name)
        .and_then(|child| child.text())
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Pairs two lists of elements: for each of the first the index in the second. Of several with one identity the first
/// goes with the first. Those in `settled` have a partner elsewhere and are not taken for another that was renamed.
pub(super) fn pairs(
    one: &[Node<'_, '_>],
    two: &[Node<'_, '_>],
    settled: &HashSet<(String, String)>,
) -> Vec<Option<usize>> {
    let mut places: HashMap<(String, String), std::collections::VecDeque<usize>> = HashMap::new();
    for (index, node) in two.iter().enumerate() {
        places.entry(key(*node)).or_default().push_back(index);
    }
    let mut found: Vec<Option<usize>> = one
        .iter()
        .map(|node| places.get_mut(&key(*node))?.pop_front())
        .collect();
    let taken: HashSet<usize> = found.iter().flatten().copied().collect();
    let (first, second) = (only_ones(one, settled), only_ones(two, settled));
    for (kind, index) in first {
        let Some(partner) = second.get(&kind).filter(|index| !taken.contains(index)) else {
            continue;
        };
        if let Some(place @ None) = found.get_mut(index) {
            *place = Some(*partner);
        }
    }
    found
}

/// By loose identity, those of which there is one.
fn only_ones(
    nodes: &[Node<'_, '_>],
    settled: &HashSet<(String, String)>,
) -> HashMap<String, usize> {
    let mut counted: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Some(kind) = loose(*node).filter(|_| !settled.contains(&key(*node))) {
            counted.entry(kind).or_default().push(index);
        }
    }
    counted
        .into_iter()
        .filter_map(|(kind, indexes)| match indexes.as_slice() {
            [index] => Some((kind, *index)),
            _ => None,
        })
        .collect()
}
