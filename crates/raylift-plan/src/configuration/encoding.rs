//! Bytes that the two readers understand differently.

use raylift_model::codes;
use raylift_model::facts::ConfigurationEncoding;
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, line};

/// A warning for a byte order mark and for UTF-16, which no reader knows; and for letters outside of ASCII, where the
/// new release reads another encoding than the one the file is written in (7.2: ISO-8859-1, `ConfigInstaller.encoding`;
/// later UTF-8, `module.framework.file.install.config.encoding`). Where the first two make a reader lose more than the
/// first key, the finding about that says them, too.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let reads_utf_8 = case.to >= (7, 3);
    case.read_files()
        .filter(|(file, reading)| {
            let encoding = file.encoding;
            let is_lost_by_it = matches!(
                encoding,
                Some(ConfigurationEncoding::ByteOrderMark | ConfigurationEncoding::Utf16)
            );
            !is_lost_by_it || line::finding(case, file, reading).is_none()
        })
        .filter_map(|(file, reading)| {
            let message = match (file.encoding?, reads_utf_8) {
                (ConfigurationEncoding::Ascii, _)
                | (ConfigurationEncoding::Utf8, true)
                | (ConfigurationEncoding::Other, false) => return None,
                (ConfigurationEncoding::ByteOrderMark, _) => {
                    "begins with a byte order mark, which the server takes for a part of the first key"
                }
                (ConfigurationEncoding::Utf16, _) => {
                    "is written in UTF-16, which the server cannot read"
                }
                (ConfigurationEncoding::Utf8, false) => {
                    "is written in UTF-8, and the new release reads ISO-8859-1: each letter outside of ASCII becomes several"
                }
                (ConfigurationEncoding::Other, true) => {
                    "is not written in UTF-8, which the new release reads: letters outside of ASCII are lost"
                }
            };
            let finding = Finding::new(
                Severity::Warning,
                codes::CONFIGURATION_ENCODING,
                file.path.as_str(),
                message,
                "write the file in ASCII without byte order mark, other letters as \\uXXXX",
            );
            let lines = reading.remarks.iter().filter(|remark| remark.of_encoding);
            Some(lines.fold(finding, |finding, remark| {
                finding.because(format!("line {}: {}", remark.line, remark.message))
            }))
        })
        .collect()
}
