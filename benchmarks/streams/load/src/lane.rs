//! One connection, with at most one transfer under way: sends and receives what can be, and never waits.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use rustix::event::PollFlags;
use serde::Serialize;

use crate::answer::Answer;
use crate::load::Plan;

/// So much of a body that is no payload is kept, to be looked at or shown.
const KEPT: usize = 2048;

pub(crate) struct Lane<'a> {
    plan: &'a Plan,
    pub(crate) stream: TcpStream,
    transfer: Option<Transfer>,
}

#[derive(Default)]
struct Transfer {
    sent: usize,
    answer: Answer,
    seen: Seen,
}

/// What came of one transfer.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seen {
    pub(crate) status: u16,
    /// Length of the answer's body.
    pub(crate) bytes: usize,
    /// The body, if it is not the payload.
    pub(crate) text: String,
    /// Something that was compared was not what it should be.
    pub(crate) is_wrong: bool,
}

impl<'a> Lane<'a> {
    pub(crate) fn open(plan: &'a Plan) -> io::Result<Self> {
        Ok(Self { plan, stream: connect(plan.port)?, transfer: None })
    }

    pub(crate) fn begin(&mut self) {
        self.transfer = Some(Transfer::default());
    }

    /// What it waits for.
    pub(crate) fn wants(&self) -> PollFlags {
        match &self.transfer {
            None => PollFlags::empty(),
            Some(transfer) if transfer.rest(self.plan).is_empty() => PollFlags::IN,
            Some(_) => PollFlags::IN | PollFlags::OUT,
        }
    }

    /// Goes on with the transfer as far as the socket lets it, and gives what came of it at its end.
    pub(crate) fn carry(&mut self, buffer: &mut [u8]) -> io::Result<Option<Seen>> {
        let Some(transfer) = &mut self.transfer else { return Ok(None) };
        // Who takes no more may have said why.
        let is_sent = transfer.send(self.plan, &mut self.stream);
        if !transfer.receive(self.plan, &mut self.stream, buffer)? {
            return is_sent.map(|()| None);
        }
        // An answer may come before all was sent: then the rest has no taker.
        if transfer.answer.closes || !transfer.rest(self.plan).is_empty() {
            self.stream = connect(self.plan.port)?;
        }
        Ok(self.transfer.take().map(|transfer| Seen { status: transfer.answer.status, ..transfer.seen }))
    }
}

impl Transfer {
    fn rest<'a>(&self, plan: &'a Plan) -> &'a [u8] {
        plan.message.from(self.sent)
    }

    fn send(&mut self, plan: &Plan, stream: &mut TcpStream) -> io::Result<()> {
        loop {
            let rest = self.rest(plan);
            if rest.is_empty() {
                return Ok(());
            }
            match stream.write(rest) {
                Ok(length) => self.sent += length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the answer has come to its end.
    fn receive(&mut self, plan: &Plan, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<bool> {
        while !self.answer.is_complete {
            let length = match stream.read(buffer) {
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            let seen = &mut self.seen;
            let taken = match buffer.get(..length) {
                Some(bytes) if length > 0 => {
                    self.answer.take(bytes, |status, piece| seen.look(plan, status, piece))
                }
                _ => self.answer.end(),
            };
            taken.map_err(io::Error::other)?;
            if length < buffer.len() {
                break;
            }
        }
        Ok(self.answer.is_complete)
    }
}

impl Seen {
    fn look(&mut self, plan: &Plan, status: u16, piece: &[u8]) {
        match plan.compared {
            Some(compared) if status == 200 => {
                self.is_wrong |= !plan.message.block.holds(piece, self.bytes, compared);
            }
            _ if self.text.len() < KEPT => self.text.push_str(&String::from_utf8_lossy(piece)),
            _ => {}
        }
        self.bytes += piece.len();
    }
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}
