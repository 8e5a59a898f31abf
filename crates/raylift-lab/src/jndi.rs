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
