#![no_main]

#[path = "../bodies/guard.rs"]
mod guard;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guard::run(bytes));
