//! Tomcat's own files: `conf/server.xml`, `conf/Catalina/localhost/ROOT.xml` and `RELEASE-NOTES`.

mod pool;

pub use pool::{JndiEntry, Pool, jndi_entries};

use raylift_model::facts::Connector;
use roxmltree::Node;

use crate::xml::{self, XmlError};

/// Why an XML file of Tomcat cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TomcatXmlError {
    /// It is not UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// It is not well-formed, or has a DTD, which is refused.
    #[error("the file is not well-formed XML without a DTD")]
    NotXml(#[source] XmlError),
}

/// What `server.xml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerXml {
    /// HTTP connectors; AJP ones are left out.
    pub connectors: Vec<Connector>,
    /// Port for the shutdown command; `None` when it is switched off (`-1`) or not a number.
    pub shutdown_port: Option<u16>,
    /// Names of JNDI resources below `GlobalNamingResources`.
    pub resources: Vec<String>,
    /// `appBase` of each `Host`, as written.
    pub app_bases: Vec<String>,
    /// Attributes raylift needs that are no plain numbers, mostly placeholders such as `${port.http}`.
    pub not_understood: Vec<String>,
}

/// What `ROOT.xml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContextXml {
    /// `docBase` of the context, as written.
    pub doc_base: Option<String>,
    /// Names of JNDI resources (`jdbc/LiferayPool`), `ResourceLink`s included.
    pub resources: Vec<String>,
}

/// Reads `server.xml` (Apache Tomcat Configuration Reference).
///
/// # Errors
/// [`TomcatXmlError`] when it is no XML without DTD in UTF-8.
pub fn server(bytes: &[u8]) -> Result<ServerXml, TomcatXmlError> {
    let text = utf8(bytes)?;
    let document = xml::parse(text).map_err(TomcatXmlError::NotXml)?;
    let root = document.root_element();
    let mut server = ServerXml::default();
    server.shutdown_port = match root.attribute("port").map_or(Ok(8005), str::parse::<i32>) {
        Ok(-1) => None,
        Ok(port) => u16::try_from(port).ok(),
        Err(_) => {
            server.not_understood.push(format!(
                "Server port=\"{}\"",
                root.attribute("port").unwrap_or_default()
            ));
            None
        }
    };
    for node in document.descendants().filter(Node::is_element) {
        match node.tag_name().name() {
            "Connector" => add_connector(&node, &mut server),
            "Resource" => server
                .resources
                .extend(node.attribute("name").map(str::to_owned)),
            "Host" => server
                .app_bases
                .push(node.attribute("appBase").unwrap_or("webapps").to_owned()),
            _ => {}
        }
    }
    Ok(server)
}

/// Reads `ROOT.xml` or another context file.
///
/// # Errors
/// [`TomcatXmlError`] when it is no XML without DTD in UTF-8.
pub fn context(bytes: &[u8]) -> Result<ContextXml, TomcatXmlError> {
    let text = utf8(bytes)?;
    let document = xml::parse(text).map_err(TomcatXmlError::NotXml)?;
    let resources = document
        .descendants()
        .filter(|node| {
            node.is_element() && matches!(node.tag_name().name(), "Resource" | "ResourceLink")
        })
        .filter_map(|node| node.attribute("name").map(str::to_owned))
        .collect();
    Ok(ContextXml {
        doc_base: document
            .root_element()
            .attribute("docBase")
            .map(str::to_owned),
        resources,
    })
}

fn utf8(bytes: &[u8]) -> Result<&str, TomcatXmlError> {
    let text = std::str::from_utf8(bytes).map_err(TomcatXmlError::NotUtf8)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn add_connector(node: &Node<'_, '_>, server: &mut ServerXml) {
    if node
        .attribute("protocol")
        .is_some_and(|protocol| protocol.to_ascii_lowercase().contains("ajp"))
    {
        return;
    }
    let Some(port) = node.attribute("port") else {
        return;
    };
    match port.trim().parse() {
        Ok(port) => server.connectors.push(Connector {
            address: node.attribute("address").map(str::to_owned),
            port,
            tls: node
                .attribute("SSLEnabled")
                .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }),
        Err(_) => server
            .not_understood
            .push(format!("Connector port=\"{port}\"")),
    }
}

/// Tomcat's version from `RELEASE-NOTES`: the line `Apache Tomcat Version 9.0.33` with blanks before it.
pub fn release_notes(text: &str) -> Option<String> {
    let line = text
        .lines()
        .map(str::trim)
        .find_map(|line| line.strip_prefix("Apache Tomcat Version "))?;
    let version = line.split_whitespace().next()?;
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- <Connector port="1" /> -->
<Server port="8005" shutdown="SHUTDOWN">
  <GlobalNamingResources><Resource name="UserDatabase" auth="Container"/></GlobalNamingResources>
  <Service name="Catalina">
    <Connector port="8080" protocol="HTTP/1.1" redirectPort="8443" URIEncoding="UTF-8" />
    <Connector address="127.0.0.1" port="8443" SSLEnabled="true" protocol="org.apache.coyote.http11.Http11NioProtocol"/>
    <Connector protocol="AJP/1.3" address="::1" port="8009"/>
    <Connector port="${extra}"/>
    <Engine name="Catalina"><Host name="localhost" appBase="webapps"/></Engine>
  </Service>
</Server>"#;

    #[test]
    fn connectors_and_ports_are_read() {
        let server = server(SERVER.as_bytes()).unwrap();
        assert_eq!(server.shutdown_port, Some(8005));
        assert_eq!(
            server.connectors,
            [
                Connector {
                    address: None,
                    port: 8080,
                    tls: false
                },
                Connector {
                    address: Some("127.0.0.1".to_owned()),
                    port: 8443,
                    tls: true
                },
            ]
        );
        assert_eq!(server.resources, ["UserDatabase"]);
        assert_eq!(server.app_bases, ["webapps"]);
        assert_eq!(server.not_understood, ["Connector port=\"${extra}\""]);
    }

    #[test]
    fn a_switched_off_shutdown_port_is_none() {
        assert_eq!(server(b"<Server port='-1'/>").unwrap().shutdown_port, None);
        assert_eq!(server(b"<Server/>").unwrap().shutdown_port, Some(8005));
        assert_eq!(
            server(b"<Server port='${p}'/>")
                .unwrap()
                .not_understood
                .len(),
            1
        );
    }

    #[test]
    fn jndi_names_of_the_context_are_read() {
        let text = "<Context crossContext=\"true\" docBase=\"/srv/ROOT\"><Resource name=\"jdbc/LiferayPool\" \
                    password=\"x\"/><ResourceLink name=\"jdbc/b\" global=\"c\"/></Context>";
        let context = context(text.as_bytes()).unwrap();
        assert_eq!(context.doc_base.as_deref(), Some("/srv/ROOT"));
        assert_eq!(context.resources, ["jdbc/LiferayPool", "jdbc/b"]);
    }

    #[test]
    fn a_dtd_is_refused() {
        assert!(matches!(
            server(b"<!DOCTYPE Server []><Server/>"),
            Err(TomcatXmlError::NotXml(_))
        ));
    }

    #[test]
    fn the_version_stands_in_the_release_notes() {
        let text = "=====\n\n                     Apache Tomcat Version 9.0.33\n                            Release Notes\n";
        assert_eq!(release_notes(text).as_deref(), Some("9.0.33"));
        assert_eq!(release_notes("Apache Tomcat Version x"), None);
        assert_eq!(release_notes(""), None);
    }
}
