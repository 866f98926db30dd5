//! The guard against Node's own verdicts, against itself in pieces, and row by row.

mod rows;
mod splits;
mod verdicts;

use super::{Guard, Phase, Refusal, Refused};

/// A fresh guard's verdict on bytes that come in one read.
fn inspect(bytes: &[u8]) -> Result<Phase, Refused> {
    let mut guard = Guard::new();
    guard.inspect(bytes).map(|()| guard.phase())
}

/// Why a fresh guard refuses the bytes; none if it does not.
fn refusal(bytes: &[u8]) -> Option<Refusal> {
    inspect(bytes).err().map(|refused| refused.refusal)
}
