//! Handlers in supervised Node worker processes: the same bridge as in the addon, over Unix sockets.
//!
//! ```text
//!  IO thread   call() -> WorkerPool -> the worker with the least to do -> Bridge == socket ==> Node
//!  main thread Supervisor: a Slot for each worker starts, watches, replaces and ends its process
//! ```
//!
//! Start with [`WorkerPool`], which is the backend, then [`Supervisor`], `slot` and `running`, the life of one worker.

mod backoff;
mod difference;
mod handshake;
mod link;
mod output;
mod pool;
mod process;
mod room;
mod rules;
mod running;
mod slot;
mod supervisor;
mod worker;

pub use pool::{WorkerPool, WorkerStats};
pub use process::WorkerError;
pub use rules::{Log, Rules};
pub use supervisor::{First, Supervisor};
