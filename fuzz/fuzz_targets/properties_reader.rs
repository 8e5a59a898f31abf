//! A properties file, and edits of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raylift_fuzz::properties_reader(bytes));
