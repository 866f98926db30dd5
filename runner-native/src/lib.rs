//! The Node addon: the front of `rust-tunnel` before handlers in this process.
//!
//! Rust converts and forwards here; what a call means is decided in `ts/`. Start with [`server::NativeServer`], the one
//! class JavaScript sees, and `js_backend`, which carries bytes between the threads.

mod js_backend;
pub mod server;
