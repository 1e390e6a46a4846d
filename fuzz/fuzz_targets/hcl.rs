#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| paritylint_fuzz::hcl(data));
