//! The turns of an IO thread: it looks at everything that is ready, and then rests until something is again.
//!
//! Who wakes another thread for each thing that comes up in a turn pays for every one; at the end of the turn, one
//! wake-up does for all.

use std::cell::Cell;

thread_local! {
    static IN_TURN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread takes turns: what is put off now is done before it rests, by
/// [`Backend::rest`](crate::backend::Backend::rest).
pub fn ends() -> bool {
    IN_TURN.get()
}

/// The turns of this thread, from now until it is dropped; `rest` runs a last time then.
pub(crate) struct Turns<R: Fn()>(R);

impl<R: Fn()> Turns<R> {
    pub(crate) fn begin(rest: R) -> Self {
        IN_TURN.set(true);
        Turns(rest)
    }
}

impl<R: Fn()> Drop for Turns<R> {
    fn drop(&mut self) {
        IN_TURN.set(false);
        (self.0)();
    }
}
