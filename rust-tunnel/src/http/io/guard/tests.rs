//! The guard against Node's own verdicts, against itself in pieces, and row by row.

mod bodies;
mod rows;
mod splits;
mod verdicts;

use super::{Guard, Phase, Refusal, Refused};

/// What a guard says of the bytes of a read, and what it leaves of them.
fn read(guard: &mut Guard, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut bytes = bytes.to_vec();
    let kept = guard.inspect(&mut bytes)?;
    bytes.truncate(kept);
    Ok(bytes)
}

/// A fresh guard's verdict on bytes that come in one read.
fn inspect(bytes: &[u8]) -> Result<Phase, Refused> {
    let mut guard = Guard::new();
    read(&mut guard, bytes).map(|_| guard.phase())
}

/// Why a fresh guard refuses the bytes; none if it does not.
fn refusal(bytes: &[u8]) -> Option<Refusal> {
    inspect(bytes).err().map(|refused| refused.refusal)
}
