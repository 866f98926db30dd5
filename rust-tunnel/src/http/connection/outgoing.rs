use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};

use crate::http::io::{Socket, Wire};

/// Shorter bytes are copied among the others: a call to the system with fewer pieces is worth more.
const SHARED: usize = 4 * 1024;
/// How many pieces one call to the system takes.
const PIECES: usize = 32;

/// So many bytes are collected before they are written: at first, and at most. It doubles while the socket takes all of them at
/// once, for each call to the system costs, and wakes the client.
const ENOUGH: usize = 256 * 1024;
const MOST: usize = 1024 * 1024;

/// Bytes that wait for the socket.
pub(super) struct Outgoing {
    /// Those in front of the text.
    pieces: VecDeque<Bytes>,
    text: BytesMut,
    length: usize,
    enough: usize,
}

impl Outgoing {
    pub(super) fn new() -> Self {
        Outgoing { pieces: VecDeque::new(), text: BytesMut::new(), length: 0, enough: ENOUGH }
    }

    pub(super) fn len(&self) -> usize {
        self.length + self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether they are to be written before more of a streamed answer is taken.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.enough
    }

    /// Where short bytes are to be appended.
    pub(super) fn text(&mut self) -> &mut BytesMut {
        &mut self.text
    }

    /// Appends bytes.
    pub(super) fn push(&mut self, bytes: Bytes) {
        if bytes.len() < SHARED {
            return self.text.extend_from_slice(&bytes);
        }
        if !self.text.is_empty() {
            self.length += self.text.len();
            self.pieces.push_back(self.text.split().freeze());
        }
        self.length += bytes.len();
        self.pieces.push_back(bytes);
    }

    /// Writes until nothing is left.
    pub(super) fn poll_write<S: Socket>(
        &mut self,
        wire: &mut Wire<S>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let was_full = self.is_full();
        let wrote = self.poll_all(wire, context);
        if wrote.is_pending() {
            self.enough = ENOUGH;
        } else if was_full {
            self.enough = MOST.min(2 * self.enough);
        }
        wrote
    }

    fn poll_all<S: Socket>(&mut self, wire: &mut Wire<S>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let mut count = 0;
            let text = Some(&self.text[..]).filter(|text| !text.is_empty());
            for (slice, bytes) in
                slices.iter_mut().zip(self.pieces.iter().map(|piece| &piece[..]).chain(text))
            {
                *slice = IoSlice::new(bytes);
                count += 1;
            }
            let wrote = ready!(wire.poll_write(context, slices.get(..count).unwrap_or_default()))?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(wrote);
        }
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, mut wrote: usize) {
        while let Some(first) = self.pieces.front_mut() {
            let taken = wrote.min(first.len());
            first.advance(taken);
            self.length -= taken;
            wrote -= taken;
            if !first.is_empty() {
                return;
            }
            self.pieces.pop_front();
        }
        if wrote == self.text.len() {
            // Its memory is for what comes next.
            self.text.clear();
        } else {
            self.text.advance(wrote);
        }
    }
}

#[cfg(test)]
mod tests;
