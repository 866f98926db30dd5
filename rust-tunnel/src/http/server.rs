//! Threads that accept and serve connections, and how they end.

mod end;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Barrier, mpsc};
use tokio::time::Instant;

use super::connection::{self, House};
use super::front::Front;
use super::places::Places;
use super::stop::{Stop, Stopping};
use crate::backend::Backend;
use crate::config::Knob;
use end::{End, Hold};

/// How long the listener rests when the system has no descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It was closed.
    Ordinary,
    /// An IO thread died.
    ThreadDied,
}

/// A running server: one IO thread for each listener. Dropped, it has ended.
pub struct Server<B> {
    front: Arc<Front<B>>,
    stop: Arc<Stop>,
    places: Arc<Places>,
    threads: Vec<JoinHandle<()>>,
}

impl<B: Backend> Server<B> {
    /// Serves `listeners`, each from its own thread. `enter` runs on each of these threads first, inside its runtime;
    /// `closed` runs once, on the last thread to end.
    ///
    /// # Errors
    /// When a thread or its runtime can't be made; nothing is left running then.
    pub fn start(
        front: Front<B>,
        listeners: Vec<TcpListener>,
        enter: impl Fn() + Send + Sync + 'static,
        closed: impl FnOnce(Closed) + Send + 'static,
    ) -> io::Result<Self> {
        let front = Arc::new(front);
        let stop = Arc::new(Stop::new());
        let places = Arc::new(Places::new(front.config.limits.max_connections));
        let house = Arc::new(House {
            service: front.clone(),
            timeouts: front.config.timeouts.clone(),
            lent: front.backend.lent(),
            active: AtomicUsize::new(0),
        });
        let enter = Arc::new(enter);
        let end = Arc::new(End::new(stop.clone(), closed));
        let mut server =
            Server { front: front.clone(), stop: stop.clone(), places: places.clone(), threads: Vec::new() };
        let drained = Arc::new(Barrier::new(listeners.len()));
        for (index, listener) in listeners.into_iter().enumerate() {
            listener.set_nonblocking(true)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let thread = IoThread {
                house: house.clone(),
                front: front.clone(),
                places: places.clone(),
                stopping: stop.listen(),
                drained: drained.clone(),
            };
            let (enter, hold) = (enter.clone(), Hold::of(&end));
            let run = move || {
                let _hold = hold;
                runtime.block_on(async {
                    enter();
                    thread.run(listener).await;
                });
            };
            let thread = std::thread::Builder::new().name(format!("runner-io-{index}")).spawn(run)?;
            server.threads.push(thread);
        }
        Ok(server)
    }

    /// What the threads serve.
    pub fn front(&self) -> &Front<B> {
        &self.front
    }

    /// Stops accepting, lets calls in flight finish for `grace`, and then destroys what is left. Returns at once; a
    /// second call can only shorten the time.
    pub fn close(&self, grace: Duration) {
        self.front.begin_closing();
        self.stop.close(Instant::now() + grace);
    }

    /// Changes what counts from now on, for open connections too.
    pub fn tune(&self, knob: Knob, value: u64) {
        match self.front.config.timeouts.tunable(knob) {
            Some(timeout) => timeout.set(value),
            None => self.places.resize(usize::try_from(value).unwrap_or(usize::MAX)),
        }
    }

    /// Ends the connections that have been answered and send nothing, as `http.Server.closeIdleConnections()`.
    pub fn close_idle(&self) {
        self.stop.close_idle();
    }

    /// Ends all connections and their calls, and goes on listening, as `http.Server.closeAllConnections()`.
    pub fn close_all(&self) {
        self.stop.close_all();
    }
}

impl<B> Drop for Server<B> {
    /// Destroys what is left, and waits for the threads: nothing on them waits for others.
    fn drop(&mut self) {
        self.stop.close(Instant::now());
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

struct IoThread<B> {
    house: Arc<House<Front<B>>>,
    front: Arc<Front<B>>,
    places: Arc<Places>,
    stopping: Stopping,
    drained: Arc<Barrier>,
}

impl<B: Backend> IoThread<B> {
    async fn run(self, listener: TcpListener) {
        // Each connection holds a clone; when the last is dropped, all have ended.
        let (alive, mut all_ended) = mpsc::channel::<std::convert::Infallible>(1);
        let mut stopping = self.stopping.clone();
        tokio::select! {
            biased;
            () = stopping.begun() => {}
            () = self.accept(listener, &alive) => {}
        }
        drop(alive);
        tokio::select! {
            _ = all_ended.recv() => {}
            () = stopping.overdue() => {}
        }
        // What a backend has running on this thread may be needed by calls of the others.
        tokio::select! {
            _ = self.drained.wait() => {}
            () = stopping.overdue() => {}
        }
    }

    async fn accept(&self, listener: TcpListener, alive: &mpsc::Sender<std::convert::Infallible>) {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        loop {
            // The place comes first: what is over the limit waits in the kernel's queue.
            let resized = self.places.resized();
            let Some(place) = self.places.take().await else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = resized => continue,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) if is_about_one_connection(&error) => continue,
                Err(_) => {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Answers are written whole; waiting for more would only delay them.
            let _ = stream.set_nodelay(true);
            let (house, front) = (self.house.clone(), self.front.clone());
            let (stopping, alive) = (self.stopping.of_new_connection(), alive.clone());
            tokio::spawn(async move {
                let _held = (place, alive);
                front.stats.connections.fetch_add(1, Ordering::Relaxed);
                let _leaving = Leaving(&front);
                connection::serve(stream, &house, stopping).await;
            });
        }
    }
}

/// Counts a connection out, however its task ends.
struct Leaving<'a, B>(&'a Front<B>);

impl<B> Drop for Leaving<'_, B> {
    fn drop(&mut self) {
        self.0.stats.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The peer was gone before it was accepted: the next one may be fine.
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests;
