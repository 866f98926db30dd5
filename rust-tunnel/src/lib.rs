//! The HTTP front of `@bluelibs/runner` tunnels, without JavaScript in it.
//!
//! Read it in this order:
//!
//! * [`http::pipeline`]: the story of a request, one line per step;
//! * [`backend`]: the seam behind which handlers run;
//! * [`bridge`]: the one implementation of the seam that talks to JavaScript, whatever carries its bytes;
//! * [`protocol`]: the models, and how they travel;
//! * [`config`]: everything that can be set, checked before a port is bound;
//! * `workers` (feature `server`): handlers in Node worker processes.

pub mod backend;
pub mod bridge;
pub mod config;
pub mod http;
pub mod protocol;
#[cfg(all(feature = "server", unix))]
pub mod workers;
