//! The portal's database as a pool of Tomcat's, under Liferay's usual name.

use std::fs;
use std::path::Path;

use crate::LabError;
use crate::engine::Jdbc;
use crate::scenario::{Layout, ReleaseVersion};

/// The name in Liferay's documentation.
const NAME: &str = "jdbc/LiferayPool";

/// The line of `portal-ext.properties` that stands in place of the coordinates.
pub(crate) fn property() -> String {
    format!("jdbc.default.jndi.name={NAME}\n")
}

/// Adds the pool to the context of ROOT. Behind the shield of 7.4 Tomcat cannot see the drivers, so there they are put
/// into its own `lib` as well.
pub(crate) fn apply(version: ReleaseVersion, jdbc: &Jdbc, tomcat: &Path) -> Result<(), LabError> {
    let context = tomcat.join("conf/Catalina/localhost/ROOT.xml");
    let text = fs::read_to_string(&context).map_err(LabError::io("read", &context))?;
    let Some((before, after)) = text.rsplit_once("</Context>") else {
        return Err(LabError::SiteFolder {
            path: context,
            reason: "</Context> is not in it".to_owned(),
        });
    };
    let text = format!("{before}\n{}</Context>{after}", resource(jdbc));
    fs::write(&context, text).map_err(LabError::io("write", &context))?;
    if version.layout() == Layout::Shielded {
        let name = jdbc.driver_file();
        let shielded = tomcat
            .join("webapps/ROOT/WEB-INF/shielded-container-lib")
            .join(name);
        let target = tomcat.join("lib").join(name);
        fs::copy(&shielded, &target).map_err(LabError::io("write", &target))?;
    }
    Ok(())
}

/// Sizes as in Liferay's own example for Tomcat.
fn resource(jdbc: &Jdbc) -> String {
    format!(
        "\t<Resource\n\t\tname=\"{NAME}\"\n\t\tauth=\"Container\"\n\t\ttype=\"javax.sql.DataSource\"\n\
         \t\tdriverClassName=\"{}\"\n\t\turl=\"{}\"\n\t\tusername=\"{}\"\n\t\tpassword=\"{}\"\n\
         \t\tmaxTotal=\"75\"\n\t\tmaxIdle=\"30\"\n\t\tmaxWaitMillis=\"10000\"\n\t/>\n",
        jdbc.driver_class,
        jdbc.url.replace('&', "&amp;"),
        jdbc.user,
        jdbc.password,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_stands_in_the_context_and_the_driver_is_where_tomcat_sees_it() {
        let folder = tempfile::tempdir().expect("folder");
        let tomcat = folder.path();
        let context = tomcat.join("conf/Catalina/localhost/ROOT.xml");
        let shield = tomcat.join("webapps/ROOT/WEB-INF/shielded-container-lib");
        fs::create_dir_all(context.parent().expect("folder")).expect("folder");
        fs::create_dir_all(&shield).expect("folder");
        fs::create_dir(tomcat.join("lib")).expect("folder");
        fs::write(&context, "<Context crossContext=\"true\">\n</Context>\n").expect("write");
        fs::write(shield.join("mariadb.jar"), "driver").expect("write");
        let jdbc = Jdbc {
            driver_class: "org.mariadb.jdbc.Driver",
            url: "jdbc:mariadb://127.0.0.1:1/lportal?a=b&c=d".to_owned(),
            user: "liferay".to_owned(),
            password: "secret".to_owned(),
        };
        apply(ReleaseVersion::Ga41, &jdbc, tomcat).expect("applied");
        let text = fs::read_to_string(&context).expect("read");
        let document = roxmltree::Document::parse(&text).expect("XML");
        let resource = document
            .descendants()
            .find(|node| node.has_tag_name("Resource"))
            .expect("resource");
        assert_eq!(resource.attribute("name"), Some("jdbc/LiferayPool"));
        assert_eq!(resource.attribute("url"), Some(jdbc.url.as_str()));
        assert!(tomcat.join("lib/mariadb.jar").is_file());
    }
}
