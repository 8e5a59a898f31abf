//! A pool of connections that Tomcat makes for the portal (`<Resource>`), whichever pool it is.

use roxmltree::Node;

use super::{TomcatXmlError, utf8};
use crate::xml;

/// What one file says of a JNDI name.
#[derive(Clone, PartialEq, Eq)]
pub enum JndiEntry {
    /// The pool itself.
    Pool(Pool),
    /// A link to a global resource of `server.xml`, by its name there.
    Link(String),
}

/// Coordinates of a pool, as written. Holds the password, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pool {
    /// Class of the driver.
    pub driver_class: Option<String>,
    /// JDBC URL.
    pub url: Option<String>,
    /// User.
    pub username: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Class of the factory, where the file names one: one that is not known here may decide otherwise, such as by
    /// decrypting the password.
    pub factory: Option<String>,
}

/// Names of the same thing in Tomcat's JDBC pool and DBCP, in HikariCP, and in c3p0, from the documentation of each.
const DRIVER: [&str; 3] = [
    "driverClassName",
    "driverClass",
    "dataSource.driverClassName",
];
const URL: [&str; 4] = ["url", "jdbcUrl", "dataSource.url", "dataSource.URL"];
const USERNAME: [&str; 4] = ["username", "user", "dataSource.user", "dataSource.username"];
const PASSWORD: [&str; 2] = ["password", "dataSource.password"];

/// Factories that give a pool the attributes as they are written.
const FACTORIES: [&str; 5] = [
    "com.zaxxer.hikari.HikariJNDIFactory",
    "org.apache.commons.dbcp2.BasicDataSourceFactory",
    "org.apache.naming.factory.BeanFactory",
    "org.apache.tomcat.dbcp.dbcp2.BasicDataSourceFactory",
    "org.apache.tomcat.jdbc.pool.DataSourceFactory",
];

impl Pool {
    /// True where what is written is what the pool uses.
    pub fn is_understood(&self) -> bool {
        self.factory
            .as_deref()
            .is_none_or(|factory| FACTORIES.contains(&factory))
    }
}

/// Every entry of that name, such as `jdbc/LiferayPool`, in a context file or `server.xml`.
///
/// # Errors
/// [`TomcatXmlError`] when it is no XML without DTD in UTF-8.
pub fn jndi_entries(bytes: &[u8], name: &str) -> Result<Vec<JndiEntry>, TomcatXmlError> {
    let document = xml::parse(utf8(bytes)?).map_err(TomcatXmlError::NotXml)?;
    Ok(document
        .descendants()
        .filter(|node| node.is_element() && node.attribute("name") == Some(name))
        .filter_map(|node| match node.tag_name().name() {
            "Resource" => Some(JndiEntry::Pool(pool(&node))),
            "ResourceLink" => Some(JndiEntry::Link(
                node.attribute("global").unwrap_or(name).to_owned(),
            )),
            _ => None,
        })
        .collect())
}

fn pool(node: &Node<'_, '_>) -> Pool {
    let first = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| node.attribute(*name))
            .map(|value| value.trim().to_owned())
    };
    Pool {
        driver_class: first(&DRIVER),
        url: first(&URL),
        username: first(&USERNAME),
        password: first(&PASSWORD),
        factory: node.attribute("factory").map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Pool {
        match jndi_entries(text.as_bytes(), "jdbc/LiferayPool")
            .unwrap()
            .pop()
        {
            Some(JndiEntry::Pool(pool)) => pool,
            _ => panic!("no pool in {text}"),
        }
    }

    #[test]
    fn tomcats_hikaris_and_c3p0s_words_mean_the_same() {
        for attributes in [
            "driverClassName='org.postgresql.Driver' url='jdbc:postgresql://db/lportal?a=b&amp;c=d' username='u' password='p'",
            "factory='com.zaxxer.hikari.HikariJNDIFactory' driverClassName='org.postgresql.Driver' jdbcUrl='jdbc:postgresql://db/lportal?a=b&amp;c=d' dataSource.user='u' dataSource.password='p'",
            "factory='org.apache.naming.factory.BeanFactory' type='com.mchange.v2.c3p0.ComboPooledDataSource' driverClass='org.postgresql.Driver' jdbcUrl='jdbc:postgresql://db/lportal?a=b&amp;c=d' user='u' password='p'",
        ] {
            let pool = only(&format!(
                "<Context><Resource name='other' url='no'/><Resource name='jdbc/LiferayPool' {attributes}/></Context>"
            ));
            assert!(pool.is_understood());
            assert_eq!(pool.driver_class.as_deref(), Some("org.postgresql.Driver"));
            assert_eq!(
                pool.url.as_deref(),
                Some("jdbc:postgresql://db/lportal?a=b&c=d")
            );
            assert_eq!(pool.username.as_deref(), Some("u"));
            assert_eq!(pool.password.as_deref(), Some("p"));
        }
    }

    #[test]
    fn a_factory_of_somebody_else_is_not_believed() {
        let pool = only(
            "<Context><Resource name='jdbc/LiferayPool' factory='com.example.EncryptedFactory' url='jdbc:postgresql://db/l'/></Context>",
        );
        assert!(!pool.is_understood());
    }

    #[test]
    fn links_lead_to_the_global_name() {
        let text =
            b"<Context><ResourceLink name='jdbc/LiferayPool' global='jdbc/shared'/></Context>";
        let entries = jndi_entries(text, "jdbc/LiferayPool").unwrap();
        assert!(matches!(&entries[..], [JndiEntry::Link(global)] if global == "jdbc/shared"));
        assert!(jndi_entries(text, "jdbc/none").unwrap().is_empty());
    }
}
