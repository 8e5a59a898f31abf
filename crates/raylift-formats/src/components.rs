//! Declarative-services descriptions: `OSGI-INF/*.xml` (OSGi Compendium, section 112.4).

use roxmltree::Node;

use crate::xml::{self, XmlError};

/// One component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// Its name; the implementation class when none is given.
    pub name: String,
    /// Class of the implementation, dotted.
    pub implementation: String,
    /// Interfaces it is registered under.
    pub provides: Vec<String>,
    /// Services it waits for.
    pub references: Vec<Reference>,
    /// Its properties in order; several values of one property stand on lines of their own.
    pub properties: Vec<(String, String)>,
}

impl Component {
    /// The value of a property; of a repeated one the last counts.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// True when it is registered under the interface.
    pub fn provides(&self, interface: &str) -> bool {
        self.provides.iter().any(|provided| provided == interface)
    }
}

/// A service that a component waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// Name of the reference.
    pub name: String,
    /// Interface of the service.
    pub interface: String,
    /// Filter that the service must match, as written.
    pub target: Option<String>,
}

/// A description that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ComponentsError {
    /// It is not UTF-8.
    #[error("the component description is not UTF-8")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// It is not well-formed, or has a DTD, which is refused.
    #[error("the component description is not well-formed")]
    NotXml(#[source] XmlError),
}

/// Reads the components of one description; it holds one component at its root, or several inside another element.
///
/// # Errors
/// [`ComponentsError`] when it is no XML without DTD in UTF-8.
pub fn read(bytes: &[u8]) -> Result<Vec<Component>, ComponentsError> {
    let text = std::str::from_utf8(bytes).map_err(ComponentsError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = xml::parse(text).map_err(ComponentsError::NotXml)?;
    Ok(document
        .descendants()
        .filter(|node| named(node, "component"))
        .map(|node| component(&node))
        .collect())
}

fn named(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn attribute(node: &Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().to_owned()
}

fn component(node: &Node<'_, '_>) -> Component {
    let children = |name: &'static str| node.children().filter(move |child| named(child, name));
    let implementation = children("implementation")
        .next()
        .map(|child| attribute(&child, "class"))
        .unwrap_or_default();
    let provides = children("service")
        .flat_map(|service| service.children().filter(|child| named(child, "provide")))
        .map(|provide| attribute(&provide, "interface"))
        .collect();
    let references = children("reference")
        .map(|reference| Reference {
            name: attribute(&reference, "name"),
            interface: attribute(&reference, "interface"),
            target: reference.attribute("target").map(str::to_owned),
        })
        .collect();
    let properties = children("property")
        .map(|property| {
            let value = property.attribute("value").map_or_else(
                || {
                    let lines = property.text().unwrap_or_default().lines();
                    let values: Vec<&str> = lines
                        .map(str::trim)
                        .filter(|line| !line.is_empty())
                        .collect();
                    values.join("\n")
                },
                str::to_owned,
            );
            (attribute(&property, "name"), value)
        })
        .collect();
    let name = node
        .attribute("name")
        .map_or_else(|| implementation.clone(), str::to_owned);
    Component {
        name,
        implementation,
        provides,
        references,
        properties,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_with_a_release_target_is_read() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="a.Portlet" immediate="true">
              <implementation class="a.b.Portlet"/>
              <service><provide interface="javax.portlet.Portlet"/></service>
              <reference name="release" interface="com.liferay.portal.kernel.model.Release"
                target="(&amp;(release.bundle.symbolic.name=a.b)(release.schema.version&gt;=1.0.0))"/>
            </scr:component>"#;
        let [component] = &read(text.as_bytes()).unwrap()[..] else {
            panic!()
        };
        assert_eq!(component.name, "a.Portlet");
        assert_eq!(component.implementation, "a.b.Portlet");
        assert!(component.provides("javax.portlet.Portlet"));
        let target = component.references[0].target.as_deref().unwrap();
        assert_eq!(
            target,
            "(&(release.bundle.symbolic.name=a.b)(release.schema.version>=1.0.0))"
        );
    }

    #[test]
    fn properties_stand_in_an_attribute_or_in_the_text() {
        let text = "<component name='x'><property name='a' value='1'/><property name='b'>\n 2 \n 3\n</property></component>";
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read[0].property("a"), Some("1"));
        assert_eq!(read[0].property("b"), Some("2\n3"));
        assert_eq!(read[0].property("c"), None);
    }

    #[test]
    fn several_components_may_stand_in_one_file() {
        let text = r#"<components><component name="x"><implementation class="X"/></component>
            <component><implementation class="Y"/></component></components>"#;
        let names: Vec<_> = read(text.as_bytes())
            .unwrap()
            .into_iter()
            .map(|component| component.name)
            .collect();
        assert_eq!(names, ["x", "Y"]);
    }

    #[test]
    fn entities_are_refused() {
        let text =
            r#"<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><component name="&e;"/>"#;
        assert!(matches!(
            read(text.as_bytes()),
            Err(ComponentsError::NotXml(_))
        ));
    }
}
