//! Metatype documents: `OSGI-INF/metatype/*.xml` (OSGi Compendium, section 105.7; versions 1.0 to 1.4).
//!
//! The namespace of the elements is not looked at: the versions differ in what they add, and bnd writes the elements
//! below the root without any.

use std::collections::HashMap;

use raylift_model::facts::{AttributeType, Metatype, MetatypeAttribute};
use roxmltree::Node;

use crate::diagnostic::{Diagnostic, Parsed};
use crate::xml::{self, XmlError};

/// Remarks about one document; a real one gives none.
const MOST_REMARKS: usize = 20;

/// A document that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MetatypeError {
    /// It is not UTF-8.
    #[error("the metatype is not UTF-8")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// It is not well-formed, or has a DTD, which is refused.
    #[error("the metatype is not well-formed: {0}")]
    NotXml(#[source] XmlError),
}

/// Reads a document: the definitions that some PID is designated to, in the order of the document. Of two definitions
/// with one id the last counts, as in Felix (`MetaData`). What a definition says in another language, its icons, and
/// the bounds of attributes are left out; so are attributes without an id, which no configuration can have.
///
/// # Errors
/// [`MetatypeError`] when it is no XML without DTD in UTF-8.
pub fn read(bytes: &[u8]) -> Result<Parsed<Vec<Metatype>>, MetatypeError> {
    let text = std::str::from_utf8(bytes).map_err(MetatypeError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = xml::parse(text).map_err(MetatypeError::NotXml)?;
    let mut diagnostics = Vec::new();
    let root = document.root_element();
    let mut definitions: Vec<Metatype> = Vec::new();
    let mut places = HashMap::new();
    for node in root.children().filter(|node| named(node, "OCD")) {
        let definition = definition(&node, &mut diagnostics);
        match places.get(&definition.class) {
            Some(place) => {
                if let Some(earlier) = definitions.get_mut(*place) {
                    *earlier = definition;
                }
            }
            None => {
                places.insert(definition.class.clone(), definitions.len());
                definitions.push(definition);
            }
        }
    }
    for node in root.children().filter(|node| named(node, "Designate")) {
        let reference = node
            .children()
            .find(|child| named(child, "Object"))
            .and_then(|object| object.attribute("ocdref"))
            .unwrap_or_default();
        let definition = places
            .get(reference)
            .and_then(|place| definitions.get_mut(*place));
        match definition {
            Some(definition) => designate(&node, definition),
            None => remark(
                &mut diagnostics,
                format!("a PID is designated to {reference}, which is not there"),
            ),
        }
    }
    definitions
        .retain(|definition| !definition.pids.is_empty() || !definition.factory_pids.is_empty());
    Ok(Parsed {
        value: definitions,
        diagnostics,
    })
}

fn named(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// Without a line: looking one up takes as long as reading the document.
fn remark(diagnostics: &mut Vec<Diagnostic>, message: String) {
    if diagnostics.len() < MOST_REMARKS {
        diagnostics.push(Diagnostic::error(0, message));
    }
}

/// A factory's PID counts before a single one (`Designate` of a factory's instance has both).
fn designate(node: &Node<'_, '_>, definition: &mut Metatype) {
    let given = |name: &str| {
        node.attribute(name)
            .map(str::trim)
            .filter(|pid| !pid.is_empty())
            .map(str::to_owned)
    };
    match given("factoryPid") {
        Some(pid) => definition.factory_pids.push(pid),
        None => definition.pids.extend(given("pid")),
    }
}

fn definition(node: &Node<'_, '_>, diagnostics: &mut Vec<Diagnostic>) -> Metatype {
    let mut attributes = Vec::new();
    for child in node.children().filter(|child| named(child, "AD")) {
        let Some(id) = child.attribute("id").filter(|id| !id.is_empty()) else {
            continue;
        };
        let name = child.attribute("type").unwrap_or_default();
        let value_type = attribute_type(name);
        if value_type == AttributeType::Unknown {
            remark(
                diagnostics,
                format!("attribute {id} is of type {name:?}, which is not known"),
            );
        }
        let cardinality = match child.attribute("cardinality").map(str::trim) {
            None => 0,
            Some(number) => number.parse().unwrap_or_else(|_| {
                let message = format!("the cardinality of attribute {id} is no number");
                remark(diagnostics, message);
                0
            }),
        };
        attributes.push(MetatypeAttribute {
            id: id.to_owned(),
            value_type,
            cardinality,
            default: child.attribute("default").map(str::to_owned),
            required: child
                .attribute("required")
                .is_none_or(|required| required.eq_ignore_ascii_case("true")),
            options: child
                .children()
                .filter(|option| named(option, "Option"))
                .filter_map(|option| option.attribute("value"))
                .map(str::to_owned)
                .collect(),
        });
    }
    Metatype {
        class: node.attribute("id").unwrap_or_default().to_owned(),
        attributes,
        ..Metatype::default()
    }
}

/// The names of version 1.3 of the format and those of its first version.
fn attribute_type(name: &str) -> AttributeType {
    match name {
        "String" => AttributeType::String,
        "Integer" => AttributeType::Integer,
        "Long" => AttributeType::Long,
        "Float" => AttributeType::Float,
        "Double" => AttributeType::Double,
        "Byte" => AttributeType::Byte,
        "Short" => AttributeType::Short,
        "Character" | "Char" => AttributeType::Character,
        "Boolean" => AttributeType::Boolean,
        "Password" => AttributeType::Password,
        _ => AttributeType::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raylift_model::facts::AttributeShape;

    fn clean(text: &str) -> Vec<Metatype> {
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.diagnostics, []);
        read.value
    }

    #[test]
    fn a_document_of_bnd_is_read() {
        let definitions = clean(
            r#"<?xml version='1.0' encoding='UTF-8'?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.1.0" localization="content/Language">
              <OCD name="x" id="a.b.Configuration">
                <AD name="List" id="list" cardinality="2147483647" required="false" default=".gif|.png" type="String"/>
                <AD name="Size" id="size" cardinality="0" required="false" default="51200" type="Integer">
                  <Option label="small" value="1"/><Option label="large" value="2"/>
                </AD>
                <AD id="secret" type="Password"/>
                <AD id="set" type="Char" cardinality="-2147483648" required="true"/>
              </OCD>
              <Designate pid="a.b.Configuration"><Object ocdref="a.b.Configuration"/></Designate>
              <Designate factoryPid="a.b.Factory"><Object ocdref="a.b.Configuration"/></Designate>
            </metatype:MetaData>"#,
        );
        let [definition] = &definitions[..] else {
            panic!("{definitions:?}")
        };
        assert_eq!(definition.class, "a.b.Configuration");
        assert_eq!(definition.pids, ["a.b.Configuration"]);
        assert_eq!(definition.factory_pids, ["a.b.Factory"]);
        let list = definition.attribute("list").unwrap();
        assert_eq!(list.value_type, AttributeType::String);
        assert_eq!(list.shape(), AttributeShape::Array);
        assert_eq!(list.default.as_deref(), Some(".gif|.png"));
        assert!(!list.required);
        let size = definition.attribute("size").unwrap();
        assert_eq!(size.shape(), AttributeShape::Scalar);
        assert_eq!(size.options, ["1", "2"]);
        assert!(definition.attribute("secret").unwrap().required);
        let set = definition.attribute("set").unwrap();
        assert_eq!(set.shape(), AttributeShape::Collection);
        assert_eq!(set.value_type, AttributeType::Character);
        assert_eq!(definition.attribute("Size"), None);
    }

    #[test]
    fn what_is_not_designated_or_not_there_is_no_configuration() {
        let read = read(
            b"<MetaData><OCD id='a'><AD id='x' type='Decimal' cardinality='many'/><AD type='String'/></OCD>\
              <OCD id='lonely'/><Designate pid='p'><Object ocdref='a'/></Designate>\
              <Designate pid='q'><Object ocdref='b'/></Designate><Designate pid='r'/></MetaData>",
        )
        .unwrap();
        let [definition] = &read.value[..] else {
            panic!("{:?}", read.value)
        };
        assert_eq!(definition.pids, ["p"]);
        assert_eq!(definition.attributes.len(), 1);
        assert_eq!(definition.attributes[0].value_type, AttributeType::Unknown);
        assert_eq!(read.diagnostics.len(), 4);
    }

    #[test]
    fn entities_are_refused() {
        let text = r#"<!DOCTYPE a [<!ENTITY e "x">]><MetaData><OCD id="&e;"/></MetaData>"#;
        assert!(matches!(
            read(text.as_bytes()),
            Err(MetatypeError::NotXml(_))
        ));
        assert!(matches!(read(b"\xff"), Err(MetatypeError::NotUtf8(_))));
    }
}
