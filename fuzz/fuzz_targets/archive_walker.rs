//! A JAR, WAR or LPKG.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raylift_fuzz::archive_walker(bytes));
