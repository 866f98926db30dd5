//! Threads that accept and serve connections, and how they end.

use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::connection::{self, House};
use super::front::Front;
use super::stop::{Stop, Stopping};
use crate::backend::Backend;

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

/// A running server: one IO thread for each listener.
pub struct Server<B> {
    front: Arc<Front<B>>,
    stop: Arc<Stop>,
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
        let connections = Arc::new(Semaphore::new(front.config.limits.max_connections));
        let house = Arc::new(House {
            router: front.clone().router(),
            timeouts: front.config.timeouts.clone(),
            active: AtomicUsize::new(0),
        });
        let enter = Arc::new(enter);
        let end = Arc::new(End {
            died: AtomicBool::new(false),
            stop: stop.clone(),
            closed: Mutex::new(Some(Box::new(closed))),
        });
        let mut server = Server { front: front.clone(), stop: stop.clone(), threads: Vec::new() };
        for (index, listener) in listeners.into_iter().enumerate() {
            listener.set_nonblocking(true)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let thread = IoThread {
                house: house.clone(),
                front: front.clone(),
                connections: connections.clone(),
                stopping: stop.listen(),
            };
            let (enter, hold) = (enter.clone(), Hold(end.clone()));
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

    /// Waits for the threads, `patience` at most. `false`: some still run.
    pub fn join(&mut self, patience: Duration) -> bool {
        let deadline = std::time::Instant::now() + patience;
        while self.threads.iter().any(|thread| !thread.is_finished()) {
            if std::time::Instant::now() >= deadline {
                return false;
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
        true
    }
}

impl<B> Drop for Server<B> {
    fn drop(&mut self) {
        self.stop.close(Instant::now());
    }
}

struct IoThread<B> {
    house: Arc<House>,
    front: Arc<Front<B>>,
    connections: Arc<Semaphore>,
    stopping: Stopping,
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
    }

    async fn accept(&self, listener: TcpListener, alive: &mpsc::Sender<std::convert::Infallible>) {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        loop {
            // The permit comes first: what is over the limit waits in the kernel's queue.
            let Ok(permit) = self.connections.clone().acquire_owned().await else { return };
            let stream = match listener.accept().await {
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
            let (stopping, alive) = (self.stopping.clone(), alive.clone());
            tokio::spawn(async move {
                let _held = (permit, alive);
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

/// Held by every thread; when the last has let go, the server has closed.
struct End {
    died: AtomicBool,
    stop: Arc<Stop>,
    closed: Mutex<Option<OnClosed>>,
}

type OnClosed = Box<dyn FnOnce(Closed) + Send>;

impl Drop for End {
    fn drop(&mut self) {
        let closed = self.closed.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(closed) = closed {
            closed(if *self.died.get_mut() { Closed::ThreadDied } else { Closed::Ordinary });
        }
    }
}

/// One thread's hold on the [`End`]. A thread that panics takes the others with it: half a server helps nobody.
struct Hold(Arc<End>);

impl Drop for Hold {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.died.store(true, Ordering::Relaxed);
            self.0.stop.close(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests;
