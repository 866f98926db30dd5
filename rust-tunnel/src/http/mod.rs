//! The HTTP front: from accepted socket to answered request.
//!
//! [`pipeline`] is the story of a request; each step is a file of its own. `server` and `connection` are the ground
//! below it: accepting, deadlines, stopping.

mod auth;
mod body;
mod connection;
mod cors;
mod date;
pub mod form;
mod front;
mod headers;
mod inlet;
mod io;
mod keep_alive;
mod listener;
mod loan;
mod loopback;
mod media;
mod persistence;
pub mod pipeline;
mod places;
mod reason;
mod rejection;
mod request;
mod respond;
mod route;
mod server;
mod stats;
mod stop;
mod upload;

pub use front::Front;
pub use io::guard;
pub use listener::listen;
pub use rejection::Rejection;
pub use server::{Closed, Server};
pub use stats::{HttpStats, StatusCount};
