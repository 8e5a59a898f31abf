//! A manifest, and what its headers and a component description hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raylift_fuzz::manifest_reader(bytes));
