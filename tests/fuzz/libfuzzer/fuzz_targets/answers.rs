#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dollr_fuzz::target("answers")(bytes));
