//! libFuzzer's entry to [`allelecast_fuzz::record`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allelecast_fuzz::record(data));
