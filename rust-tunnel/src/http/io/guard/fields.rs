//! Header lines up to the empty one: the rest of a head, or the trailers of a chunked body.

use super::bytes::{token_run, value_run};
use super::message::Message;
use super::value::Value;
use super::word::Word;
use super::{Refusal, Rest};

/// Where in the lines the next byte belongs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields {
    place: Place,
    name: Word,
    value: Value,
}

#[derive(Debug, Clone, Copy, Default)]
enum Place {
    #[default]
    Start,
    Name,
    /// Blanks before the value, which nobody counts.
    Blank,
    Value,
    Lf,
    /// The line feed of the empty line.
    LastLf,
}

impl Fields {
    /// Follows the lines; `Some` with what comes after the empty one.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8], message: &mut Message) -> Rest<'a> {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            match self.place {
                Place::Start if byte == b'\r' => {
                    self.place = Place::LastLf;
                    rest = after;
                }
                Place::Start => {
                    message.count_field();
                    self.place = Place::Name;
                }
                Place::Name => {
                    let (piece, after) = rest.split_at_checked(token_run(rest)).unwrap_or((rest, &[]));
                    message.count(piece.len())?;
                    let Some((&separator, after)) = after.split_first() else {
                        self.name.push(piece);
                        return Ok(None);
                    };
                    if separator != b':' || (piece.is_empty() && self.name.is_empty()) {
                        return Err(Refusal::BadRequest);
                    }
                    self.value = self.name.end(piece, |name| Value::of(name, message))?;
                    self.place = Place::Blank;
                    rest = after;
                }
                Place::Blank if matches!(byte, b' ' | b'\t') => rest = after,
                Place::Blank | Place::Value => {
                    self.place = Place::Value;
                    let (piece, after) = rest.split_at_checked(value_run(rest)).unwrap_or((rest, &[]));
                    message.count(piece.len())?;
                    self.value.take(piece, message);
                    let Some((&end, after)) = after.split_first() else { return Ok(None) };
                    if end != b'\r' {
                        return Err(Refusal::BadRequest);
                    }
                    self.value.end(message)?;
                    self.place = Place::Lf;
                    rest = after;
                }
                Place::Lf if byte == b'\n' => {
                    self.place = Place::Start;
                    rest = after;
                }
                Place::LastLf if byte == b'\n' => return Ok(Some(after)),
                Place::Lf | Place::LastLf => return Err(Refusal::BadRequest),
            }
        }
        Ok(None)
    }

    /// How many bytes of the empty line are the last ones of `taken`.
    pub(super) fn empty_line(&self, taken: usize, is_over: bool) -> usize {
        match self.place {
            Place::LastLf if is_over => taken.min(2),
            Place::LastLf => 1,
            _ => 0,
        }
    }
}
