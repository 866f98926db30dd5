use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

/// More bytes of them do not wait for a client that reads nothing.
const MOST: usize = 64 * 1024;

/// Where interim answers (RFC 9110, 15.2) wait for the connection whose client waits for a call's answer. Clones are the
/// same place.
#[derive(Clone, Debug, Default)]
pub struct Interim(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// There is something to be sent; spares the lock where nothing is.
    has_some: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    connection: Option<Waker>,
}

impl Interim {
    /// Leaves one to be sent before anything else is. What is not the whole of one, and nothing more, is left out.
    pub fn send(&self, answer: &[u8]) {
        if !is_whole(answer) {
            return;
        }
        let mut state = self.state();
        if state.waiting.len() + answer.len() > MOST {
            return;
        }
        state.waiting.extend_from_slice(answer);
        self.0.has_some.store(true, Ordering::Release);
        let connection = state.connection.take();
        drop(state);
        if let Some(connection) = connection {
            connection.wake();
        }
    }

    /// Wakes whoever asks when there is one.
    pub(crate) fn watch(&self, context: &Context<'_>) {
        let mut state = self.state();
        if !state.connection.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            state.connection = Some(context.waker().clone());
        }
    }

    /// Takes out what is there.
    pub(crate) fn take(&self) -> Vec<u8> {
        if self.0.has_some.swap(false, Ordering::AcqRel) {
            std::mem::take(&mut self.state().waiting)
        } else {
            Vec::new()
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    answer.starts_with(b"HTTP/1.1 1") && end == answer.len().checked_sub(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_ones_are_taken_in_order_and_nothing_else_is() {
        let interim = Interim::default();
        assert!(interim.take().is_empty());
        let one: &[u8] = b"HTTP/1.1 102 Processing\r\n\r\n";
        for answer in [
            one,
            b"",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 103 Early Hints\r\n",
            b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            one,
        ] {
            interim.clone().send(answer);
        }
        assert_eq!(interim.take(), [one, one].concat());
        assert!(interim.take().is_empty());
    }
}
