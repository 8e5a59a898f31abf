//! A class file that is every class that anybody asks for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raylift_fuzz::class_reader(bytes));
