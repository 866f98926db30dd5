use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use rust_tunnel::backend::BackendError;
use rust_tunnel::bridge::{Bell, Bridge};
use rust_tunnel::config::Config;
use tokio::sync::Notify;

/// A frame from our own JavaScript can't be larger than a buffer there can.
const MAX_FRAME: usize = u32::MAX as usize;
/// A batch of answers from this many bytes on is given away, to be sent from where it is; the memory of others is used
/// again.
const LARGE: usize = 32 * 1024;

/// Handlers in this process: calls go out by the bridge, answers come in by [`JsBackend::respond`].
pub(crate) type JsBackend = Bridge<JsBell>;

/// A [`JsBackend`] for a checked configuration, silent until it is given its function.
pub(crate) fn js_backend(config: &Config) -> JsBackend {
    let Config { limits, timeouts, .. } = config;
    Bridge::new(JsBell::default(), limits.max_in_flight, timeouts.abandoned, BackendError::Closing)
}

/// The function without arguments that makes JavaScript drain.
pub(crate) type Ring = ThreadsafeFunction<(), (), (), Status, false>;

/// Rings by a ThreadsafeFunction.
#[derive(Default)]
pub(crate) struct JsBell(Mutex<Option<Ring>>);

impl Bell for JsBell {
    fn ring(&self) {
        if let Some(function) = &*self.function() {
            // A closing environment answers `Closing`; its cleanup hook ends the server.
            function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
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

    /// The function, to be referenced or unreferenced.
    pub(crate) fn function(&self) -> MutexGuard<'_, Option<Ring>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers on their way from the JavaScript thread to an IO thread: one wake-up for a whole batch.
#[derive(Default)]
pub(crate) struct Answers {
    bytes: Mutex<Vec<u8>>,
    arrived: Notify,
}

impl Answers {
    pub(crate) fn push(&self, frames: &[u8]) {
        self.bytes().extend_from_slice(frames);
        self.arrived.notify_one();
    }

    /// Settles calls as answers arrive; runs on the IO threads.
    pub(crate) async fn pump(self: Arc<Self>, backend: Arc<JsBackend>) {
        let mut frames = Vec::new();
        loop {
            self.arrived.notified().await;
            std::mem::swap(&mut *self.bytes(), &mut frames);
            let accepted = if frames.len() < LARGE {
                backend.accept(&frames, MAX_FRAME)
            } else {
                backend.accept_owned(&std::mem::take(&mut frames).into(), MAX_FRAME)
            };
            if let Err(error) = accepted {
                backend.close(&error.to_string());
            }
            frames.clear();
        }
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
