//! What is to be said about the files of portal properties.

use std::path::Path;

use raylift_formats::properties::{self, Encoding};
use raylift_formats::{Diagnostic, Level};
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

/// Remarks about one file are few; more say nothing new.
const MOST: usize = 20;

/// Findings, and whether they make every value uncertain.
#[derive(Default)]
pub(crate) struct Doubts {
    /// In the order of reading.
    pub(crate) findings: Vec<Finding>,
    /// Some source could not be read.
    pub(crate) incomplete: bool,
}

impl Doubts {
    /// The portal goes on without a whole file.
    pub(crate) fn refused(&mut self, file: &str, line: u32, reason: &str) {
        self.incomplete = true;
        self.push(
            Severity::Blocker,
            codes::PROPERTIES_REFUSED,
            at(file, line),
            "the portal goes on without this file and all that it includes, and says so nowhere"
                .to_owned(),
            "correct the line",
            Some(reason.to_owned()),
        );
    }

    /// A file of Java properties that ends the server's start.
    pub(crate) fn system_refused(&mut self, file: &str, line: u32, reason: &str) {
        self.incomplete = true;
        self.push(
            Severity::Blocker,
            codes::SYSTEM_PROPERTIES_REFUSED,
            at(file, line),
            "a server that starts with this file ends at once".to_owned(),
            "correct the line",
            Some(reason.to_owned()),
        );
    }

    /// Files include each other: the server ends with an overflow of its stack.
    pub(crate) fn cycle(&mut self, place: (&str, u32), name: &str) {
        self.incomplete = true;
        self.push(
            Severity::Blocker,
            codes::PROPERTIES_CYCLE,
            at(place.0, place.1),
            format!(
                "leads back to itself through {name}; a server that starts with this ends at once"
            ),
            "take the line out",
            None,
        );
    }

    /// More files than anybody has.
    pub(crate) fn too_many(&mut self, place: (&str, u32), most: usize) {
        self.incomplete = true;
        self.push(
            Severity::Blocker,
            codes::PROPERTIES_CYCLE,
            at(place.0, place.1),
            format!("more than {most} files are included; raylift reads no further"),
            "include each file once",
            None,
        );
    }

    /// A file that a site's own file names is not there.
    pub(crate) fn not_found(&mut self, place: (&str, u32), name: &str) {
        self.include(
            place,
            format!("names {name}, which is not there; the portal goes on without it"),
        );
    }

    /// The same, while nobody knows in which folder the server is started, where such a name is sought as well.
    pub(crate) fn not_found_yet(&mut self, place: (&str, u32), name: &str) {
        self.include(
            place,
            format!(
                "names {name}, which is not on the class path and not in the user's home folder; whether the portal \
                 finds it in the folder that it is started in is known only while the server runs"
            ),
        );
    }

    /// A name with a placeholder that nothing sets.
    pub(crate) fn placeholder(&mut self, place: (&str, u32), name: &str) {
        self.include(
            place,
            format!(
                "names {name}, and nothing that counts here sets the placeholder: only the file itself and Java's \
                 properties do; the portal goes on without it"
            ),
        );
    }

    /// A folder is named where a file should be.
    pub(crate) fn folder(&mut self, place: (&str, u32), name: &str) {
        self.include(
            place,
            format!("names {name}, which is a folder; the portal goes on without it"),
        );
    }

    fn include(&mut self, place: (&str, u32), message: String) {
        self.push(
            Severity::Warning,
            codes::PROPERTIES_INCLUDE,
            at(place.0, place.1),
            message,
            "name the file that is meant with its whole path, or take the line out",
            None,
        );
    }

    /// A file is read more than once; its last place counts.
    pub(crate) fn twice(&mut self, place: (&str, u32), name: &str) {
        self.push(
            Severity::Note,
            codes::PROPERTIES_REPEATED,
            at(place.0, place.1),
            format!("{name} was read before; it counts here once more, over everything read since"),
            "name it once",
            None,
        );
    }

    /// A link in the home leads out of it.
    pub(crate) fn link_out(&mut self, name: &str, real: &Path) {
        self.push(
            Severity::Note,
            codes::PROPERTIES_LINK,
            name.to_owned(),
            format!("is a link to {}, outside of the home", real.display()),
            "nothing, as long as that file stays as it is: raylift neither saves nor changes it",
            None,
        );
    }

    /// A source that may set anything and cannot be read.
    pub(crate) fn unreadable(&mut self, subject: &str, reason: String) {
        self.incomplete = true;
        self.findings
            .push(super::sources::unreadable(subject, reason));
    }

    /// What the two readers notice in a file: the portal's own, and Java's where it looks at bytes.
    pub(crate) fn text(&mut self, file: &str, bytes: &[u8], remarks: &[Diagnostic]) {
        let of_bytes = properties::notice(bytes, Encoding::Utf8);
        let all = of_bytes.iter().chain(remarks);
        for remark in all
            .filter(|remark| remark.severity == Level::Warning)
            .take(MOST)
        {
            self.push(
                Severity::Warning,
                codes::PROPERTIES_TEXT,
                at(file, remark.line),
                remark.message.clone(),
                "correct the line",
                None,
            );
        }
    }

    /// A remark about the environment's variables.
    pub(crate) fn variable(&mut self, name: &str, message: String, remedy: &str) {
        self.push(
            Severity::Warning,
            codes::PROPERTIES_VARIABLE,
            name.to_owned(),
            message,
            remedy,
            None,
        );
    }

    /// Values for single companies.
    pub(crate) fn company(&mut self, place: &str, message: &str) {
        self.push(
            Severity::Warning,
            codes::PROPERTIES_COMPANY,
            place.to_owned(),
            message.to_owned(),
            "check these values by hand: raylift reports them and never mixes them with the server's own",
            None,
        );
    }

    /// One key, set by the site in several places.
    pub(crate) fn several(&mut self, key: &str, places: Vec<String>) {
        let file = |place: &String| place.rsplit_once(':').map(|(file, _)| file.to_owned());
        let first = places.first().and_then(file);
        let message = match places.len() {
            lines if first.is_some() && places.iter().all(|place| file(place) == first) => {
                format!(
                    "stands on {lines} lines of one file; the portal joins their values with a comma"
                )
            }
            places => format!("is set in {places} places; the last one counts"),
        };
        let finding = Finding::new(
            Severity::Note,
            codes::PROPERTIES_SEVERAL,
            key,
            message,
            "set it in one place",
        );
        self.findings
            .push(places.into_iter().fold(finding, Finding::because));
    }

    fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        subject: String,
        message: String,
        remedy: &str,
        reason: Option<String>,
    ) {
        let finding = Finding::new(severity, code, subject, message, remedy);
        self.findings.push(match reason {
            Some(reason) => finding.because(reason),
            None => finding,
        });
    }
}

/// `FILE:LINE`.
pub(crate) fn at(file: &str, line: u32) -> String {
    if line == 0 {
        file.to_owned()
    } else {
        format!("{file}:{line}")
    }
}
