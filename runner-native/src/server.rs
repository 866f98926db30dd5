//! The class that `ts/listener.ts` drives. Nothing else is exported to JavaScript.

// napi converts arguments into values of their own.
#![allow(clippy::needless_pass_by_value)]

mod knobs;
mod memory;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::bindgen_prelude::{BufferSlice, Function};
use napi::{CleanupEnvHook, Env, Error, Result, Status};
use napi_derive::napi;
use rust_tunnel::bridge::{Batch, Copied};
use rust_tunnel::config::Config;
use rust_tunnel::http::{Closed, Front, Server, listen};

use crate::js_backend::{Answers, JsBackend, js_backend, ring_in_turn};
use memory::memory_of;

/// One HTTP server. All methods are called on the JavaScript thread that made it.
#[napi]
pub struct NativeServer {
    config: Option<Config>,
    backend: Arc<JsBackend>,
    answers: Arc<Answers>,
    batch: Batch,
    running: Running,
    hook: Option<CleanupEnvHook<Running>>,
}

type Running = Arc<Mutex<Option<Server<JsBackend>>>>;

/// What `stats()` says.
#[napi(object)]
pub struct NativeStats {
    /// Calls that JavaScript has not settled.
    pub in_flight: u32,
    /// Frames that wait for JavaScript.
    pub queued: u32,
    /// Calls given up after `timeouts.abandonedMs`.
    pub abandoned: f64,
    /// Open connections.
    pub connections: u32,
    /// Pairs of status and how often it was answered, end to end.
    pub answered: Vec<f64>,
}

/// Where and how to listen.
#[napi(object)]
pub struct ListenOptions {
    /// An IP address.
    pub host: String,
    /// 0 takes a free one.
    pub port: u16,
    /// Share the port with other processes.
    pub reuse_port: bool,
    /// How many threads serve.
    pub io_threads: u32,
}

#[napi]
impl NativeServer {
    /// Checks the settings that `ts/options.ts` made. Nothing runs yet.
    #[napi(constructor, catch_unwind)]
    pub fn new(settings: String) -> Result<Self> {
        let config = Config::from_json(&settings).map_err(|error| invalid(&error))?;
        let backend = Arc::new(js_backend(&config));
        Ok(NativeServer {
            config: Some(config),
            backend,
            answers: Arc::default(),
            batch: Batch::default(),
            running: Running::default(),
            hook: None,
        })
    }

    /// Whether it is an IP address, and no name.
    #[napi(catch_unwind)]
    pub fn is_address(&self, host: String) -> bool {
        host.parse::<IpAddr>().is_ok()
    }

    /// Binds and serves. Returns the port, or the negated `errno` of a failed bind, to be thrown as Node would.
    /// `doorbell` is called whenever [`NativeServer::drain`] has something.
    #[napi(catch_unwind)]
    pub fn listen(
        &mut self,
        env: Env,
        options: ListenOptions,
        doorbell: Function<'_, (), ()>,
    ) -> Result<i32> {
        let config = self.config.as_ref().ok_or_else(|| failed("listen was called before"))?;
        let host: IpAddr = options.host.parse().map_err(|_| failed("host must be an IP address"))?;
        config.check_host(host).map_err(|error| invalid(&error))?;
        let threads = options.io_threads as usize;
        let bound = listen(SocketAddr::new(host, options.port), threads, options.reuse_port);
        let listeners = match bound {
            Ok(listeners) => listeners,
            Err(error) => {
                return error.raw_os_error().map(|errno| -errno).ok_or_else(|| failed(&error.to_string()));
            }
        };
        let port =
            listeners.first().and_then(|first| first.local_addr().ok()).map_or(0, |bound| bound.port());
        let config = self.config.take().ok_or_else(|| failed("listen was called before"))?;

        let ring = doorbell.build_threadsafe_function::<()>().callee_handled::<false>().build()?;
        self.backend.bell().connect(ring);
        let front = Front::new(config, self.backend.clone());
        let enter = {
            let (backend, answers) = (self.backend.clone(), self.answers.clone());
            move || {
                tokio::spawn(answers.clone().pump(backend.clone()));
                tokio::spawn(ring_in_turn(backend.clone()));
                let backend = backend.clone();
                tokio::spawn(async move { backend.reap().await });
            }
        };
        let closed = {
            let backend = self.backend.clone();
            move |closed| {
                backend.close(match closed {
                    Closed::Ordinary => "",
                    Closed::ThreadDied => "an IO thread died",
                });
            }
        };
        let server =
            Server::start(front, listeners, enter, closed).map_err(|error| failed(&error.to_string()))?;
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        self.hook = Some(env.add_env_cleanup_hook(self.running.clone(), |running| tear_down(&running))?);
        Ok(i32::from(port))
    }

    /// Copies frames that wait into `inbox`. Returns how many bytes; 0 when there are no more for now; the negated
    /// size of the next frame when not even that one fits.
    #[napi(catch_unwind)]
    pub fn drain(&mut self, mut inbox: BufferSlice<'_>, first: bool) -> f64 {
        if first {
            self.batch.clear();
            self.backend.take(&mut self.batch);
        }
        match self.batch.copy_into(&mut inbox) {
            Copied::Bytes(0) => {
                self.batch.clear();
                0.0
            }
            Copied::Bytes(length) => length as f64,
            Copied::Needs(length) => -(length as f64),
        }
    }

    /// Copies the bytes of a chunk that stands apart from the frames of the last [`NativeServer::drain`]; once.
    #[napi(catch_unwind)]
    pub fn copy_piece(&mut self, number: u32, mut into: BufferSlice<'_>) {
        let bytes = self.batch.take_apart(number as usize);
        if let Some(space) = into.get_mut(..bytes.len()) {
            space.copy_from_slice(&bytes);
        }
    }

    /// Lends memory for a large chunk, which is told of by this number when it is handed over. `buffer` must be kept, and
    /// left alone, until then or until [`NativeServer::release`].
    #[napi(catch_unwind)]
    pub fn lend(&self, number: u32, mut buffer: BufferSlice<'_>) {
        self.backend.lent().lend(number, memory_of(&mut buffer));
    }

    /// Takes the first `length` bytes of `outbox`: whole frames of answers.
    #[napi(catch_unwind)]
    pub fn respond(&self, outbox: &[u8], length: u32) {
        if let Some(frames) = outbox.get(..length as usize) {
            self.answers.push(frames);
        }
    }

    /// Takes bytes of an answer, which go with the next [`NativeServer::respond`], before its frames.
    #[napi(catch_unwind)]
    pub fn respond_data(&self, id: f64, bytes: &[u8]) {
        self.answers.push_data(id as u64, bytes);
    }

    /// Stops accepting, and destroys what is not answered after `grace_ms`. The last frame says that all has ended.
    #[napi(catch_unwind)]
    pub fn close(&self, grace_ms: u32) {
        if let Some(server) = &*self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            server.close(Duration::from_millis(grace_ms.into()));
        }
    }

    /// Lets go of threads and event loop, once the last frame was seen.
    #[napi(catch_unwind)]
    pub fn release(&mut self, env: Env) -> Result<()> {
        if let Some(hook) = self.hook.take() {
            env.remove_env_cleanup_hook(hook)?;
        }
        self.backend.bell().disconnect();
        self.backend.lent().give_back();
        // Not under the lock: it waits for the threads.
        let server = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(server);
        Ok(())
    }

    /// Whether the server keeps the event loop alive.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env, alive: bool) -> Result<()> {
        match &mut *self.backend.bell().function() {
            // napi calls these deprecated in favour of counting clones; holding an event loop is another matter.
            #[allow(deprecated)]
            Some(ring) if alive => ring.refer(&env),
            #[allow(deprecated)]
            Some(ring) => ring.unref(&env),
            None => Ok(()),
        }
    }

    /// What has happened so far.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> NativeStats {
        let calls = self.backend.stats();
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let http = running.as_ref().map(|server| &server.front().stats);
        let answered = http.map(|http| http.answered()).unwrap_or_default();
        NativeStats {
            in_flight: calls.in_flight as u32,
            queued: self.backend.queued() as u32,
            abandoned: calls.abandoned as f64,
            connections: http.map_or(0, |http| http.connections() as u32),
            answered: answered.iter().flat_map(|one| [f64::from(one.status), one.count as f64]).collect(),
        }
    }
}

/// What the end of the environment must not leave behind: threads, and callers without an answer.
///
/// napi never frees what a hook was made with, not even when the hook is removed: so it may hold on to nothing but a
/// place, which [`NativeServer::release`] empties.
fn tear_down(running: &Running) {
    let server = running.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(server) = server {
        let backend = &server.front().backend;
        backend.bell().disconnect();
        backend.lent().give_back();
        backend.close("the JavaScript environment has ended");
        drop(server);
    }
}

fn invalid(error: &rust_tunnel::config::ConfigError) -> Error {
    refused(&error.to_string())
}

fn refused(reason: &str) -> Error {
    Error::new(Status::InvalidArg, reason)
}

fn failed(reason: &str) -> Error {
    Error::new(Status::GenericFailure, reason)
}
