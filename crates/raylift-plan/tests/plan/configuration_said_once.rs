//! What findings about configuration files must not say twice, or against each other.

use crate::configuration::{PID, file, findings, in_configs, pair, switch};
use raylift_model::codes;
use raylift_model::facts::{ConfigurationEncoding, ConfigurationKind, ConfigurationRemark};

#[test]
fn of_a_file_that_gives_nothing_no_value_is_told() {
    let (mut site, release) = pair();
    let mut file = in_configs(PID, vec![]);
    for reading in [&mut file.older, &mut file.later] {
        let reading = reading.as_mut().unwrap();
        reading.refused = true;
        for (line, loses, message) in [(2, true, "no Byte"), (3, false, "counts as false")] {
            reading.remarks.push(ConfigurationRemark {
                line,
                loses,
                of_encoding: false,
                message: message.to_owned(),
            });
        }
    }
    file.read_differently = vec!["enabled".to_owned()];
    site.configurations.push(file);
    let [fault] = findings(&site, &release).try_into().unwrap();
    assert_eq!(fault.code.as_str(), codes::CONFIGURATION_FAULT);
    assert!(fault.message.contains("takes nothing"), "{fault:?}");
    assert_eq!(fault.evidence, ["line 2: no Byte"]);
}

#[test]
fn two_files_of_which_a_release_reads_both_are_two() {
    let (mut site, mut release) = pair();
    release.identity.version = Some("7.2.1".parse().unwrap());
    let mut plain = file(&format!("osgi/configs/{PID}.cfg"), PID, vec![switch()]);
    plain.kind = ConfigurationKind::Cfg;
    site.configurations
        .extend([plain, in_configs(PID, vec![switch()])]);
    let [twice] = findings(&site, &release).try_into().unwrap();
    assert_eq!(twice.code.as_str(), codes::CONFIGURATION_TWICE);
}

#[test]
fn a_byte_order_mark_is_told_where_it_makes_the_reader_lose_the_rest() {
    let (mut site, release) = pair();
    let mut file = in_configs(PID, vec![]);
    file.encoding = Some(ConfigurationEncoding::ByteOrderMark);
    for reading in [&mut file.older, &mut file.later] {
        let remarks = &mut reading.as_mut().unwrap().remarks;
        for (of_encoding, message) in [(true, "a byte order mark"), (false, "stops reading")] {
            remarks.push(ConfigurationRemark {
                line: 1,
                loses: true,
                of_encoding,
                message: message.to_owned(),
            });
        }
    }
    site.configurations.push(file);
    let [fault] = findings(&site, &release).try_into().unwrap();
    assert_eq!(fault.code.as_str(), codes::CONFIGURATION_FAULT);
    assert_eq!(
        fault.evidence,
        ["line 1: a byte order mark", "line 1: stops reading"]
    );
}
