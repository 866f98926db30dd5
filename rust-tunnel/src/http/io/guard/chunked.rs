//! A chunked body up to its trailers: `size [;extensions] CRLF data CRLF ... 0 [;extensions] CRLF`.

use super::bytes::{is_token, is_value};
use super::{Refusal, Step};

/// For all extensions of a body; Node has as much for those of each chunk, and so no limit.
const MAX_EXTENSIONS: u16 = 16 * 1024;

/// Where in the body the next byte belongs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Chunked {
    place: Place,
    /// What is left of the chunk, or its size so far.
    size: u64,
    extensions: u16,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    FirstDigit,
    Size,
    /// After a `;`: an extension has a name or at least a `=`.
    Extension,
    Name,
    Value,
    Quoted,
    Escaped,
    AfterQuote,
    SizeLf,
    Data,
    DataCr,
    DataLf,
}

impl Chunked {
    /// Follows the body up to the end of a run of data, or of the line of the last chunk.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Step, Refusal> {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.place == Place::Data {
                let data = usize::try_from(self.size).unwrap_or(usize::MAX).min(rest.len());
                self.size -= data as u64;
                if self.size == 0 {
                    self.place = Place::DataCr;
                }
                return Ok(Step { taken: bytes.len() - rest.len() + data, data });
            }
            let from = self.place;
            self.place = self.next(byte).ok_or(Refusal::BadRequest)?;
            rest = after;
            if self.is_over() {
                break;
            }
            self.count_extension(from, byte)?;
        }
        Ok(Step { taken: bytes.len() - rest.len(), data: 0 })
    }

    /// The line of the last chunk is complete.
    pub(super) fn is_over(&self) -> bool {
        self.place == Place::Data && self.size == 0
    }

    /// Where `byte` leads to; none if Node refuses it here.
    fn next(&mut self, byte: u8) -> Option<Place> {
        match (self.place, byte) {
            (Place::FirstDigit | Place::Size, byte) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16)?;
                self.size = self.size.checked_mul(16)?.checked_add(u64::from(digit))?;
                Some(Place::Size)
            }
            (Place::Size | Place::Name | Place::Value | Place::AfterQuote, b'\r') => Some(Place::SizeLf),
            (Place::Size | Place::Name | Place::Value | Place::AfterQuote | Place::Extension, b';') => {
                Some(Place::Extension)
            }
            (Place::Extension | Place::Name, b'=') => Some(Place::Value),
            (Place::Extension | Place::Name, byte) if is_token(byte) => Some(Place::Name),
            (Place::Value, b'"') => Some(Place::Quoted),
            (Place::Value, byte) if is_token(byte) => Some(Place::Value),
            (Place::Quoted, b'"') => Some(Place::AfterQuote),
            (Place::Quoted, b'\\') => Some(Place::Escaped),
            (Place::Quoted | Place::Escaped, byte) if is_value(byte) => Some(Place::Quoted),
            (Place::SizeLf, b'\n') => Some(Place::Data),
            (Place::DataCr, b'\r') => Some(Place::DataLf),
            (Place::DataLf, b'\n') => Some(Place::FirstDigit),
            _ => None,
        }
    }

    fn count_extension(&mut self, from: Place, byte: u8) -> Result<(), Refusal> {
        let inside = matches!(
            from,
            Place::Extension
                | Place::Name
                | Place::Value
                | Place::Quoted
                | Place::Escaped
                | Place::AfterQuote
        );
        if inside && byte != b'\r' {
            self.extensions += 1;
            if self.extensions >= MAX_EXTENSIONS {
                return Err(Refusal::ExtensionsTooLarge);
            }
        }
        Ok(())
    }
}
