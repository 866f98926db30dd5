//! The socket's IO as one component, because three needs meet there: the [`guard`] that reads requests as Node does,
//! hang-up detection while nobody reads, and parking, for which a connection must be able to give its buffers back.

pub mod guard;
mod read_buffer;
mod socket;
mod wire;

pub(super) use socket::Socket;
pub(super) use wire::Wire;
