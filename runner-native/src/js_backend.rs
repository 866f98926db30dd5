use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use rust_tunnel::backend::BackendError;
use rust_tunnel::bridge::{Batch, Bell, Bridge, Terms};
use rust_tunnel::config::Config;
use rust_tunnel::protocol::frame::{self, Kind};
use tokio::sync::Notify;

/// A frame from our own JavaScript can't be larger than a buffer there can.
const MAX_FRAME: usize = u32::MAX as usize;

/// Handlers in this process: calls go out by the bridge, answers come in by [`JsBackend::respond`].
pub(crate) type JsBackend = Bridge<JsBell>;

/// A [`JsBackend`] for a checked configuration, silent until it is given its function.
pub(crate) fn js_backend(config: &Config) -> JsBackend {
    let Config { limits, timeouts, .. } = config;
    let terms = Terms {
        max_in_flight: limits.max_in_flight,
        inline: usize::MAX,
        abandoned: timeouts.abandoned,
        lost: BackendError::Closing,
        unsent: BackendError::Closing,
    };
    Bridge::new(JsBell::default(), terms)
}

/// The function without arguments that makes JavaScript drain.
pub(crate) type Ring = ThreadsafeFunction<(), (), (), Status, false>;

/// So many frames are worth a wake-up of the JavaScript thread before the IO thread's turn ends.
const BATCH: usize = 32;

/// Rings by a ThreadsafeFunction: once for all that an IO thread finds in a turn, for waking a thread costs more than
/// most calls.
#[derive(Default)]
pub(crate) struct JsBell {
    function: Mutex<Option<Ring>>,
    /// A ring was put off.
    due: AtomicBool,
}

thread_local! {
    /// Tells the task of this thread that rings for it; no other thread has one.
    static RINGER: RefCell<Option<Arc<Notify>>> = const { RefCell::new(None) };
}

impl Bell for JsBell {
    fn ring(&self) {
        match RINGER.try_with(|ringer| ringer.borrow().clone()) {
            Ok(Some(ringer)) => {
                self.due.store(true, Ordering::Release);
                ringer.notify_one();
            }
            // No IO thread of ours, or one that has ended.
            _ => self.call(),
        }
    }

    fn grow(&self, frames: usize) {
        if frames >= BATCH {
            self.ring_if_due();
        }
    }
}

/// Rings for an IO thread, as one of its tasks: it has its turn when all those had theirs that were ready before.
pub(crate) async fn ring_in_turn(backend: Arc<JsBackend>) {
    let told = Arc::new(Notify::new());
    RINGER.set(Some(told.clone()));
    let ringing = Ringing(backend);
    loop {
        told.notified().await;
        ringing.0.bell().ring_if_due();
    }
}

/// Until this is dropped, with its thread's other tasks.
struct Ringing(Arc<JsBackend>);

impl Drop for Ringing {
    fn drop(&mut self) {
        let _ = RINGER.try_with(RefCell::take);
        self.0.bell().ring_if_due();
    }
}

impl JsBell {
    /// From now on rings call `function`, which keeps the event loop alive.
    pub(crate) fn connect(&self, function: Ring) {
        *self.function() = Some(function);
    }

    /// Lets go of the function, and of the event loop with it.
    pub(crate) fn disconnect(&self) {
        drop(self.function().take());
    }

    fn ring_if_due(&self) {
        if self.due.load(Ordering::Acquire) && self.due.swap(false, Ordering::AcqRel) {
            self.call();
        }
    }

    fn call(&self) {
        if let Some(function) = &*self.function() {
            // A closing environment answers `Closing`; its cleanup hook ends the server.
            function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// The function, to be referenced or unreferenced.
    pub(crate) fn function(&self) -> MutexGuard<'_, Option<Ring>> {
        self.function.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers on their way from the JavaScript thread to an IO thread: one wake-up for a whole batch.
#[derive(Default)]
pub(crate) struct Answers {
    waiting: Mutex<Batch>,
    /// Held while a batch is taken in: each IO thread has a pump, and batches must stay in order.
    taking: Mutex<()>,
    arrived: Notify,
}

impl Answers {
    /// Sends whole frames, and what was left before.
    pub(crate) fn push(&self, frames: &[u8]) {
        self.waiting().push(0, |out| out.extend_from_slice(frames));
        self.arrived.notify_one();
    }

    /// Leaves bytes of an answer, to be sent with the next frames.
    pub(crate) fn push_data(&self, id: u64, bytes: &[u8]) {
        let header = |out: &mut Vec<u8>| frame::put_header(out, Kind::Data, id, bytes.len());
        let bytes = Bytes::copy_from_slice(bytes);
        self.waiting().push_with(id, bytes, header);
    }

    /// Settles calls as answers arrive; runs on the IO threads.
    pub(crate) async fn pump(self: Arc<Self>, backend: Arc<JsBackend>) {
        let mut batch = Batch::default();
        loop {
            self.arrived.notified().await;
            let _in_turn = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *self.waiting(), &mut batch);
            if let Err(error) = backend.accept_batch(&mut batch, MAX_FRAME) {
                backend.close(&error.to_string());
            }
            batch.clear();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Batch> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
