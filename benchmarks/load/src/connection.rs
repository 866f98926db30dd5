//! One keep-alive connection, with at most one call under way.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::answer;

const READ_SIZE: usize = 16 * 1024;

pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    /// When the call that is under way was due.
    pub(crate) due: Option<Duration>,
    received: Vec<u8>,
}

/// What every answer has to be.
pub(crate) struct Expected {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, due: None, received: Vec::with_capacity(READ_SIZE) })
    }

    pub(crate) fn send(&mut self, request: &[u8], due: Duration) -> io::Result<()> {
        self.due = Some(due);
        if self.stream.write(request)? == request.len() {
            Ok(())
        } else {
            Err(io::Error::other("a request did not fit into the socket's buffer"))
        }
    }

    /// Takes what has come. Gives when the call was due once its answer is whole, and what it should be.
    pub(crate) fn receive(&mut self, expected: &Expected) -> io::Result<Option<Duration>> {
        let mut piece = [0; READ_SIZE];
        let length = match self.stream.read(&mut piece) {
            Ok(0) => return Err(io::Error::other("a connection was closed")),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        };
        self.received.extend_from_slice(piece.get(..length).unwrap_or_default());
        let Some(answer) = answer::parse(&self.received).map_err(io::Error::other)? else { return Ok(None) };
        if answer.status != expected.status || answer.body != expected.body {
            let body = String::from_utf8_lossy(answer.body);
            return Err(io::Error::other(format!("a wrong answer: {} {body:.200}", answer.status)));
        }
        self.received.clear();
        Ok(self.due.take())
    }
}
