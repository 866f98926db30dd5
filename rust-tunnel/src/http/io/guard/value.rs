//! The four header values that Node's parser reads, each followed byte by byte and judged at its end.

use super::Refusal;
use super::expectation::Expectation;
use super::item::{CODINGS, CONNECTIONS, Item, Known};
use super::length::Length;
use super::message::Message;

/// The value under way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Value {
    /// Any other header: nothing to be known.
    #[default]
    Plain,
    ContentLength(Length),
    TransferEncoding(Item),
    Connection(Item),
    Expect(Expectation),
}

impl Value {
    /// Starts the value of the header `name`, which may itself be one too many.
    pub(super) fn of(name: &[u8], message: &mut Message) -> Result<Self, Refusal> {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        Ok(match name.len() {
            4 if is(b"host") => {
                message.host |= message.shows_field();
                Self::Plain
            }
            6 if is(b"expect") => {
                message.expect |= message.shows_field();
                Self::Expect(Expectation::default())
            }
            // Node's parser takes the proxy's header for the other one.
            10 if is(b"connection") => Self::Connection(Item::Start),
            16 if is(b"proxy-connection") => Self::Connection(Item::Start),
            14 if is(b"content-length") => {
                if message.has_length || message.has_coding {
                    return Err(Refusal::BadRequest);
                }
                message.has_length = true;
                Self::ContentLength(Length::Start)
            }
            17 if is(b"transfer-encoding") => {
                // A list may go on in a second header, but nothing may follow `chunked`.
                if message.has_length || message.chunked {
                    return Err(Refusal::BadRequest);
                }
                message.has_coding = true;
                Self::TransferEncoding(Item::Start)
            }
            _ => Self::Plain,
        })
    }

    /// Follows a piece of the value.
    pub(super) fn take(&mut self, piece: &[u8], message: &mut Message) {
        match self {
            Self::Plain => {}
            Self::ContentLength(length) => {
                piece.iter().for_each(|byte| *length = length.next(*byte, &mut message.length));
            }
            Self::TransferEncoding(item) => {
                for byte in piece {
                    // `chunked` before a comma is not the last coding.
                    if item.take(*byte, &CODINGS) == Some(Known::Chunked) {
                        *item = Item::Misplaced;
                    }
                }
            }
            Self::Connection(item) => {
                for byte in piece {
                    if let Some(known) = item.take(*byte, &CONNECTIONS) {
                        note(known, message);
                    }
                }
            }
            Self::Expect(expectation) => piece.iter().for_each(|byte| expectation.take(*byte)),
        }
    }

    /// Judges the whole value.
    pub(super) fn end(self, message: &mut Message) -> Result<(), Refusal> {
        match self {
            Self::ContentLength(Length::Start | Length::Bad) | Self::TransferEncoding(Item::Misplaced) => {
                return Err(Refusal::BadRequest);
            }
            Self::TransferEncoding(item) => message.chunked = item.end() == Some(Known::Chunked),
            Self::Connection(item) => {
                if let Some(known) = item.end() {
                    note(known, message);
                }
            }
            Self::Expect(expectation) => {
                message.expect_continue |= expectation.end() && message.shows_field();
            }
            Self::Plain | Self::ContentLength(_) => {}
        }
        Ok(())
    }
}

fn note(known: Known, message: &mut Message) {
    match known {
        Known::Close => message.close = true,
        Known::KeepAlive => message.keep_alive = true,
        Known::Chunked => {}
    }
}
