//! The socket's IO as one component, because three needs meet there: the [`guard`] that sees each head before hyper
//! does, hang-up detection while hyper is not reading, and parking, for which a connection must be able to give hyper's
//! state back and get it anew.

pub mod guard;
mod socket;
mod wire;

pub(super) use socket::Socket;
pub(super) use wire::{SharedWire, Wire};
