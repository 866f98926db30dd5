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
    /// The next transfer needs another connection.
    is_spent: bool,
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
        Ok(Self { plan, stream: connect(plan.port)?, is_spent: false, transfer: None })
    }

    /// Begins with the next transfer, on the same connection if that can carry another one.
    pub(crate) fn begin(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_spent) {
            self.stream = connect(self.plan.port)?;
        }
        self.transfer = Some(Transfer::default());
        Ok(())
    }

    /// What it waits for.
    pub(crate) fn wants(&self) -> PollFlags {
        match &self.transfer {
            None => PollFlags::empty(),
            Some(transfer) if transfer.rest(self.plan).is_empty() => PollFlags::IN,
            Some(_) => PollFlags::IN | PollFlags::OUT,
        }
    }

    /// Goes on with the transfer by one write and one read, so that others have their turn, and gives what came of it at
    /// its end.
    pub(crate) fn carry(&mut self, buffer: &mut [u8]) -> io::Result<Option<Seen>> {
        let Some(transfer) = &mut self.transfer else { return Ok(None) };
        let is_sent = transfer.send(self.plan, &mut self.stream);
        let mut has_come = transfer.receive(self.plan, &mut self.stream, buffer)?;
        if is_sent.is_err() {
            // Who takes no more may have said why.
            while has_come && !transfer.answer.is_complete {
                has_come = transfer.receive(self.plan, &mut self.stream, buffer)?;
            }
        }
        if !transfer.answer.is_complete {
            return is_sent.map(|()| None);
        }
        // An answer may come before all was sent: then the rest has no taker.
        self.is_spent = transfer.answer.closes || !transfer.rest(self.plan).is_empty();
        Ok(self.transfer.take().map(|transfer| Seen { status: transfer.answer.status, ..transfer.seen }))
    }
}

impl Transfer {
    fn rest<'a>(&self, plan: &'a Plan) -> &'a [u8] {
        plan.message.from(self.sent)
    }

    fn send(&mut self, plan: &Plan, stream: &mut TcpStream) -> io::Result<()> {
        let rest = self.rest(plan);
        if !rest.is_empty() {
            self.sent += when_ready(stream.write(rest))?.unwrap_or(0);
        }
        Ok(())
    }

    /// Whether anything has come.
    fn receive(&mut self, plan: &Plan, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<bool> {
        let Some(length) = when_ready(stream.read(buffer))? else { return Ok(false) };
        let seen = &mut self.seen;
        let taken = match buffer.get(..length) {
            Some(bytes) if length > 0 => {
                self.answer.take(bytes, |status, piece| seen.look(plan, status, piece))
            }
            _ => self.answer.end(),
        };
        taken.map_err(io::Error::other).map(|()| true)
    }
}

/// `None`: it would have had to wait.
fn when_ready(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Ok(length) => Ok(Some(length)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
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
