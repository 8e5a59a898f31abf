//! Fetching from Maven Central: one call of Maven for everything that is not in the cache.

use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::LabError;

/// Version of `maven-dependency-plugin`; pinned so that its options stay as used here.
const PLUGIN_VERSION: &str = "3.6.1";

/// One artifact: `group:artifact:version[:packaging[:classifier]]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coordinate {
    group: String,
    artifact: String,
    version: String,
    packaging: String,
    classifier: Option<String>,
}

impl Coordinate {
    /// Reads the colon form; packaging defaults to `jar`. `None` when parts are missing or empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(':').map(str::to_owned);
        let coordinate = Self {
            group: fields.next()?,
            artifact: fields.next()?,
            version: fields.next()?,
            packaging: fields.next().unwrap_or_else(|| "jar".to_owned()),
            classifier: fields.next(),
        };
        let complete = [&coordinate.group, &coordinate.artifact, &coordinate.version]
            .iter()
            .all(|field| !field.is_empty());
        (complete && fields.next().is_none()).then_some(coordinate)
    }

    /// File name in the cache: `group.artifact-version[-classifier].packaging`.
    pub(crate) fn file_name(&self) -> String {
        let classifier = self
            .classifier
            .as_ref()
            .map(|classifier| format!("-{classifier}"))
            .unwrap_or_default();
        format!(
            "{}.{}-{}{classifier}.{}",
            self.group, self.artifact, self.version, self.packaging
        )
    }

    fn item(&self, folder: &Path) -> String {
        let classifier = self
            .classifier
            .as_ref()
            .map(|classifier| format!("<classifier>{classifier}</classifier>"))
            .unwrap_or_default();
        format!(
            "<artifactItem><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>\
             <type>{}</type>{classifier}<outputDirectory>{}</outputDirectory>\
             <destFileName>{}</destFileName></artifactItem>\n",
            self.group,
            self.artifact,
            self.version,
            self.packaging,
            folder.display(),
            self.file_name()
        )
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}:{}",
            self.group, self.artifact, self.version
        )?;
        match (&self.classifier, self.packaging.as_str()) {
            (Some(classifier), packaging) => write!(formatter, ":{packaging}:{classifier}"),
            (None, "jar") => Ok(()),
            (None, packaging) => write!(formatter, ":{packaging}"),
        }
    }
}

/// Fetches `wanted` into `folder` with one call of Maven. Does nothing for an empty list.
pub(crate) fn fetch(wanted: &[&Coordinate], folder: &Path) -> Result<(), LabError> {
    if wanted.is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(LabError::io("create", folder))?;
    let project = folder.join("fetch.xml");
    std::fs::write(&project, project_file(wanted, folder))
        .map_err(LabError::io("write", &project))?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "-U", "-f"])
        .arg(&project)
        .arg(format!(
            "org.apache.maven.plugins:maven-dependency-plugin:{PLUGIN_VERSION}:copy"
        ))
        .output()
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => LabError::Missing {
                command: "mvn",
                remedy: "apt-get install maven",
            },
            _ => LabError::Io {
                action: "run",
                path: "mvn".into(),
                source,
            },
        })?;
    if !output.status.success() {
        return Err(LabError::Command {
            command: format!("mvn (fetching {} parts)", wanted.len()),
            output: tail(&[output.stdout, output.stderr].concat(), 2_000),
        });
    }
    std::fs::remove_file(&project).map_err(LabError::io("remove", &project))
}

fn project_file(wanted: &[&Coordinate], folder: &Path) -> String {
    let items: String = wanted
        .iter()
        .map(|coordinate| coordinate.item(folder))
        .collect();
    format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>raylift.lab</groupId>\
         <artifactId>parts</artifactId><version>1</version><packaging>pom</packaging>\
         <build><plugins><plugin><groupId>org.apache.maven.plugins</groupId>\
         <artifactId>maven-dependency-plugin</artifactId><version>{PLUGIN_VERSION}</version>\
         <configuration><artifactItems>\n{items}</artifactItems></configuration>\
         </plugin></plugins></build></project>\n"
    )
}

/// The last `limit` bytes of `output` as text, cut at a character boundary.
pub(crate) fn tail(output: &[u8], limit: usize) -> String {
    let start = output.len().saturating_sub(limit);
    let end = output.get(start..).unwrap_or_default();
    String::from_utf8_lossy(end).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinate_reads_and_prints_in_the_same_form() {
        for text in [
            "org.hsqldb:hsqldb:2.3.3",
            "org.apache.tomcat:tomcat:9.0.33:zip",
            "a:b:1:jar:sources",
        ] {
            let coordinate = Coordinate::parse(text).expect("valid");
            assert_eq!(coordinate.to_string(), text);
        }
        assert_eq!(
            Coordinate::parse("a:b:1:jar:sources")
                .expect("valid")
                .file_name(),
            "a.b-1-sources.jar"
        );
    }

    #[test]
    fn an_incomplete_coordinate_is_refused() {
        for text in ["", "a:b", "a::1", "a:b:1:jar:x:y"] {
            assert_eq!(Coordinate::parse(text), None, "{text}");
        }
    }
}
