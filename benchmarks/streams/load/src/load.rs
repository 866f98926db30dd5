//! The load: so many transfers, some of them at a time, each begun when the one before it on its connection has ended.

use std::io;
use std::num::NonZero;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use crate::lane::{Lane, Seen};
use crate::message::Message;
use crate::payload::Compared;

const READ_SIZE: usize = 256 * 1024;

pub(crate) struct Plan {
    pub(crate) port: u16,
    pub(crate) connections: NonZero<usize>,
    pub(crate) count: usize,
    /// How the payload is compared that comes back. `None`: answers are text.
    pub(crate) compared: Option<Compared>,
    pub(crate) message: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Done {
    /// From before the first byte that is sent to the last that is read.
    wall_ms: f64,
    /// What this process took of the CPU meanwhile.
    cpu_ms: f64,
    /// One for each transfer.
    seen: Vec<Seen>,
}

pub(crate) fn run(plan: &Plan) -> io::Result<Done> {
    let mut lanes = (0..plan.connections.get()).map(|_| Lane::open(plan)).collect::<Result<Vec<_>, _>>()?;
    let mut buffer = vec![0; READ_SIZE];
    let mut seen = Vec::with_capacity(plan.count);
    let mut left = plan.count;
    let (start, cpu) = (Instant::now(), cpu_ms());
    for lane in &mut lanes {
        begin(lane, &mut left)?;
    }
    while seen.len() < plan.count {
        for index in ready(&lanes)? {
            let Some(lane) = lanes.get_mut(index) else { continue };
            if let Some(one) = lane.carry(&mut buffer)? {
                seen.push(one);
                begin(lane, &mut left)?;
            }
        }
    }
    Ok(Done { wall_ms: start.elapsed().as_secs_f64() * 1000.0, cpu_ms: cpu_ms() - cpu, seen })
}

fn begin(lane: &mut Lane<'_>, left: &mut usize) -> io::Result<()> {
    if *left == 0 {
        return Ok(());
    }
    *left -= 1;
    lane.begin()
}

/// Waits until some lanes can go on.
fn ready(lanes: &[Lane<'_>]) -> io::Result<Vec<usize>> {
    let waiting = lanes.iter().enumerate().filter(|(_, lane)| !lane.wants().is_empty());
    let (indices, mut polled): (Vec<usize>, Vec<PollFd<'_>>) =
        waiting.map(|(index, lane)| (index, PollFd::new(&lane.stream, lane.wants()))).unzip();
    poll(&mut polled, None)?;
    let ready = indices.into_iter().zip(polled).filter(|(_, fd)| fd.revents() != PollFlags::empty());
    Ok(ready.map(|(index, _)| index).collect())
}

/// CPU time of this process, user and system.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::thread;

    use super::*;
    use crate::payload::Payload;

    const HEAD: &[u8] = b"POST / HTTP/1.1\r\n\r\n";
    /// More than sockets hold.
    const PAYLOAD: usize = 16_000_000;

    /// What comes of three transfers, two at a time, with a server that does this with each connection.
    fn transfers(
        compared: Option<Compared>,
        serve: fn(TcpStream) -> io::Result<()>,
    ) -> io::Result<Vec<Seen>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(stream));
            }
        });
        let block = Payload::new((0..=250).collect()).unwrap();
        let message = Message { before: HEAD.to_vec(), payload: PAYLOAD, after: b"end".to_vec(), block };
        let connections = NonZero::new(2).unwrap();
        run(&Plan { port, connections, count: 3, compared, message }).map(|done| done.seen)
    }

    fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
        let mut request = vec![0; HEAD.len() + PAYLOAD + 3];
        stream.read_exact(&mut request)?;
        assert!(request.starts_with(HEAD) && request.ends_with(b"end"));
        Ok(request[HEAD.len()..HEAD.len() + PAYLOAD].to_vec())
    }

    /// Sends back what it gets, the first byte changed by so much.
    fn give_back(mut stream: TcpStream, change: u8) -> io::Result<()> {
        loop {
            let mut body = read_request(&mut stream)?;
            body[0] += change;
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {PAYLOAD}\r\n\r\n")?;
            stream.write_all(&body)?;
        }
    }

    fn three_times(status: u16, bytes: usize, text: &str, is_wrong: bool) -> Vec<Seen> {
        (0..3).map(|_| Seen { status, bytes, text: text.into(), is_wrong }).collect()
    }

    #[test]
    fn what_comes_back_is_compared() {
        for compared in [Compared::Ends, Compared::All] {
            let seen = transfers(Some(compared), |stream| give_back(stream, 0)).unwrap();
            assert_eq!(seen, three_times(200, PAYLOAD, "", false));
            let seen = transfers(Some(compared), |stream| give_back(stream, 1)).unwrap();
            assert_eq!(seen, three_times(200, PAYLOAD, "", true));
        }
    }

    #[test]
    fn an_answer_that_closes_is_followed_on_another_connection() {
        let serve = |mut stream: TcpStream| {
            read_request(&mut stream)?;
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nread")?;
            stream.shutdown(Shutdown::Both)
        };
        assert_eq!(transfers(None, serve).unwrap(), three_times(200, 4, "read", false));
    }

    #[test]
    fn an_answer_before_all_was_sent_is_the_answer() {
        let serve = |mut stream: TcpStream| {
            stream.write_all(b"HTTP/1.1 415 No\r\ncontent-length: 3\r\n\r\nno!")?;
            loop {
                thread::park(); // It reads nothing.
            }
        };
        assert_eq!(transfers(None, serve).unwrap(), three_times(415, 3, "no!", false));
    }

    #[test]
    fn who_says_why_it_takes_no_more_is_heard() {
        let serve = |mut stream: TcpStream| {
            stream.read_exact(&mut [0; HEAD.len()])?;
            stream.write_all(b"HTTP/1.1 415 No\r\nconnection: close\r\n\r\nno!")?;
            stream.shutdown(Shutdown::Write)?;
            io::copy(&mut stream, &mut io::sink()).map(drop)
        };
        assert_eq!(transfers(None, serve).unwrap(), three_times(415, 3, "no!", false));
    }

    #[test]
    fn who_goes_without_an_answer_has_failed() {
        let serve = |mut stream: TcpStream| read_request(&mut stream).map(drop);
        assert!(transfers(None, serve).unwrap_err().to_string().contains("ended before the answer did"));
    }
}
