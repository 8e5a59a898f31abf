//! A configuration file of OSGi.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raylift_fuzz::config_reader(bytes));
