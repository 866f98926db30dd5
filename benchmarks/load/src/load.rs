//! The load: every call is sent when it is due, if a connection is free, and waits for one otherwise.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::arrivals::Arrivals;
use crate::connection::{Connection, Expected};

/// An answer that takes longer after the end does not come.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Plan {
    pub(crate) port: u16,
    pub(crate) connections: usize,
    pub(crate) length: Duration,
    pub(crate) per_second: f64,
    pub(crate) request: Vec<u8>,
    pub(crate) expected: Expected,
}

#[derive(Default)]
pub(crate) struct Seen {
    /// From when a call was due to its answer, or to the end for one that was never sent.
    pub(crate) times: Vec<Duration>,
    /// By how much calls were sent late although there was a connection: the fault of the load itself.
    pub(crate) late: Vec<Duration>,
    /// Calls that found no connection up to the end.
    pub(crate) unsent: usize,
}

pub(crate) fn run(plan: &Plan) -> io::Result<Seen> {
    let mut connections = Vec::with_capacity(plan.connections);
    for _ in 0..plan.connections {
        connections.push(Connection::open(plan.port)?);
    }
    let mut idle: VecDeque<usize> = (0..connections.len()).collect();
    let mut waiting = VecDeque::new();
    let mut arrivals = Arrivals::new(plan.per_second).take_while(|&at| at < plan.length).peekable();
    let mut seen = Seen::default();
    let start = Instant::now();
    let mut looked = Duration::ZERO;
    loop {
        let now = start.elapsed();
        while let Some(due) = arrivals.next_if(|&due| due <= now) {
            waiting.push_back(due);
        }
        if now < plan.length {
            while !waiting.is_empty()
                && let Some(index) = idle.pop_front()
                && let Some(connection) = connections.get_mut(index)
                && let Some(due) = waiting.pop_front()
            {
                connection.send(&plan.request, due)?;
                if due >= looked {
                    seen.late.push(start.elapsed().saturating_sub(due));
                }
            }
        } else if idle.len() == connections.len() {
            break;
        } else if now > plan.length + PATIENCE {
            return Err(io::Error::other("an answer did not come"));
        }
        looked = now;
        let next = arrivals.peek().copied().unwrap_or(plan.length);
        let until = if now < plan.length { next } else { plan.length + PATIENCE };
        for index in readable(&connections, until.saturating_sub(start.elapsed()))? {
            let Some(connection) = connections.get_mut(index) else { continue };
            if let Some(due) = connection.receive(&plan.expected)? {
                seen.times.push(start.elapsed() - due);
                idle.push_back(index);
            }
        }
    }
    seen.unsent = waiting.len();
    seen.times.extend(waiting.iter().map(|&due| plan.length - due));
    Ok(seen)
}

/// Waits until one of the busy connections has something to read, or for so long.
fn readable(connections: &[Connection], patience: Duration) -> io::Result<Vec<usize>> {
    let busy = connections.iter().enumerate().filter(|(_, connection)| connection.due.is_some());
    let (indices, mut polled): (Vec<usize>, Vec<PollFd<'_>>) =
        busy.map(|(index, connection)| (index, PollFd::new(&connection.stream, PollFlags::IN))).unzip();
    let timeout = Timespec::try_from(patience).map_err(io::Error::other)?;
    poll(&mut polled, Some(&timeout))?;
    let ready = indices.into_iter().zip(polled).filter(|(_, fd)| !fd.revents().is_empty());
    Ok(ready.map(|(index, _)| index).collect())
}
