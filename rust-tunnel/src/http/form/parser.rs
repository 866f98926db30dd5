//! Where the parts of a form begin and end, however its bytes are cut.
//!
//! Written by hand, on `memchr`: it has to see the same parts as busboy 1.6, which the stock exposure reads forms with:
//! names in latin1, `filename*`, parts without a name, what counts as a file, and limits with its own strictness. It differs
//! where busboy reads a boundary as part of a head: one that cuts a head short makes the form malformed here, and one right
//! behind a head ends an empty part. Behind the last boundary nothing is read at all.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem::{self, Finder};

use super::head::{self, Heading};
use crate::config::Multipart;
use crate::protocol::{Code, Part, Piece, Unreadable};

/// Longest head of a part.
const MAX_HEAD: usize = 16 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Reads one form. What is found goes into the `found` of each call.
pub struct Parser {
    delimiter: Finder<'static>,
    /// The beginning of something that can't be told yet.
    held: Bytes,
    place: Place,
    limits: Multipart,
    boundaries: u64,
    files: u64,
    fields: u64,
}

enum Place {
    /// In what nobody wants: before the first part, or in a part without a use.
    Nowhere,
    /// Behind a boundary, of which it is not clear yet what it begins.
    Boundary,
    Head,
    Body(Body),
    /// Behind the last boundary.
    Epilogue,
}

#[derive(Clone, Copy)]
struct Body {
    is_file: bool,
    is_wanted: bool,
    /// Nothing of it has been seen: a boundary right behind the head ends it, empty as it is (RFC 2046, 5.1.1).
    is_new: bool,
    size: u64,
}

impl Parser {
    /// A parser of what stands between these boundaries.
    pub fn new(boundary: &str, limits: Multipart) -> Self {
        Parser {
            delimiter: Finder::new(format!("\r\n--{boundary}").as_bytes()).into_owned(),
            // The first boundary may stand at the very beginning.
            held: Bytes::from_static(b"\r\n"),
            place: Place::Nowhere,
            limits,
            boundaries: 0,
            files: 0,
            fields: 0,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// Why nothing more can be read.
    pub fn push(&mut self, chunk: Bytes, found: &mut impl Extend<Piece>) -> Result<(), Unreadable> {
        let mut input = joined(&std::mem::take(&mut self.held), chunk);
        loop {
            let goes_on = match self.place {
                Place::Nowhere | Place::Body(_) => self.content(&mut input, found)?,
                Place::Boundary => self.boundary(&mut input)?,
                Place::Head => self.head(&mut input, found)?,
                Place::Epilogue => return Ok(()),
            };
            if !goes_on {
                // Copied, so that it does not keep all that was read with it.
                self.held = Bytes::copy_from_slice(&input);
                return Ok(());
            }
        }
    }

    /// There are no more bytes.
    ///
    /// # Errors
    /// Why this can't be the end.
    pub fn end(&self) -> Result<(), Unreadable> {
        match self.place {
            Place::Epilogue => Ok(()),
            Place::Body(Body { is_file: true, is_wanted: true, .. }) => Err(Code::StreamError.into()),
            _ => Err(Code::InvalidMultipart.into()),
        }
    }

    /// Everything up to the next boundary. Like the other steps it says whether the bytes left can be told already.
    fn content(&mut self, input: &mut Bytes, found: &mut impl Extend<Piece>) -> Result<bool, Unreadable> {
        if let Place::Body(Body { is_new: is_new @ true, .. }) = &mut self.place {
            let next = self.delimiter.needle().get(2..).unwrap_or_default();
            if next.len() > input.len() && next.starts_with(input) {
                return Ok(false);
            }
            *is_new = false;
            if input.starts_with(next) {
                input.advance(next.len());
                self.end_part(found)?;
                return Ok(true);
            }
        }
        let Some(at) = self.delimiter.find(input) else {
            let rest = input.split_off(input.len() - self.begun_delimiter(input));
            let bytes = std::mem::replace(input, rest);
            self.data(bytes, found)?;
            return Ok(false);
        };
        let bytes = input.split_to(at);
        self.data(bytes, found)?;
        input.advance(self.delimiter.needle().len());
        self.end_part(found)?;
        Ok(true)
    }

    fn end_part(&mut self, found: &mut impl Extend<Piece>) -> Result<(), Unreadable> {
        if let Place::Body(Body { is_wanted: true, .. }) = self.place {
            found.extend([Piece::PartEnd]);
        }
        self.count_boundary()
    }

    /// How many bytes at the end may be the beginning of a delimiter. No delimiter has a CR but its first.
    fn begun_delimiter(&self, input: &[u8]) -> usize {
        let needle = self.delimiter.needle();
        let tail = input.get(input.len().saturating_sub(needle.len() - 1)..).unwrap_or(input);
        let begun = memchr::memrchr(b'\r', tail).and_then(|at| tail.get(at..));
        begun.filter(|begun| needle.starts_with(begun)).map_or(0, <[u8]>::len)
    }

    fn count_boundary(&mut self) -> Result<(), Unreadable> {
        self.place = Place::Boundary;
        // The boundary after the last part counts as well, as with busboy: n parts need a limit above n.
        if self.limits.parts == Some(self.boundaries) {
            return Err(too_large("Parts limit exceeded"));
        }
        self.boundaries += 1;
        Ok(())
    }

    fn data(&mut self, bytes: Bytes, found: &mut impl Extend<Piece>) -> Result<(), Unreadable> {
        let Place::Body(body) = &mut self.place else { return Ok(()) };
        if bytes.is_empty() {
            return Ok(());
        }
        body.size += bytes.len() as u64;
        let Body { is_file, is_wanted, size, .. } = *body;
        if is_file && is_wanted && self.limits.file_size.is_some_and(|limit| size >= limit) {
            return Err(too_large("File size limit exceeded"));
        }
        if !is_file && self.limits.field_size.is_some_and(|limit| size >= limit) {
            return Err(too_large("Field limit exceeded"));
        }
        if is_wanted {
            found.extend([Piece::Data(bytes)]);
        }
        Ok(())
    }

    fn boundary(&mut self, input: &mut Bytes) -> Result<bool, Unreadable> {
        match input.as_ref() {
            [b'-', b'-', ..] => self.place = Place::Epilogue,
            [b'\r', b'\n', ..] => {
                input.advance(2);
                self.place = Place::Head;
            }
            [] | [b'-' | b'\r'] => return Ok(false),
            _ => self.place = Place::Nowhere,
        }
        Ok(true)
    }

    fn head(&mut self, input: &mut Bytes, found: &mut impl Extend<Piece>) -> Result<bool, Unreadable> {
        // A boundary right behind another: the line end before it was the other's.
        let next = self.delimiter.needle().get(2..).unwrap_or_default();
        if next.starts_with(input) && next.len() > input.len() {
            return Ok(false);
        }
        if input.starts_with(next) {
            input.advance(next.len());
            self.count_boundary()?;
            return Ok(true);
        }
        let searched = input.get(..MAX_HEAD).unwrap_or(input);
        let Some(at) = memmem::find(searched, HEAD_END) else {
            return if input.len() < MAX_HEAD { Ok(false) } else { Err(Code::InvalidMultipart.into()) };
        };
        let lines = input.split_to(at + 2);
        input.advance(2);
        let heading = head::read(&lines).ok_or(Unreadable::from(Code::InvalidMultipart))?;
        self.place = match heading {
            Heading::Nothing => Place::Nowhere,
            Heading::Part(part) => Place::Body(self.begin(part, found)?),
        };
        Ok(true)
    }

    fn begin(&mut self, part: Part, found: &mut impl Extend<Piece>) -> Result<Body, Unreadable> {
        let (count, limit, message) = if part.file {
            (&mut self.files, self.limits.files, "Files limit exceeded")
        } else {
            (&mut self.fields, self.limits.fields, "Fields limit exceeded")
        };
        if limit == Some(*count) {
            return Err(too_large(message));
        }
        *count += 1;
        let body = Body { is_file: part.file, is_wanted: head::is_wanted(&part), is_new: true, size: 0 };
        if body.is_wanted {
            found.extend([Piece::Part(part)]);
        }
        Ok(body)
    }
}

fn too_large(message: &'static str) -> Unreadable {
    Unreadable { code: Code::PayloadTooLarge, message }
}

fn joined(held: &Bytes, chunk: Bytes) -> Bytes {
    if held.is_empty() {
        return chunk;
    }
    let mut all = BytesMut::with_capacity(held.len() + chunk.len());
    all.extend_from_slice(held);
    all.extend_from_slice(&chunk);
    all.freeze()
}

#[cfg(test)]
mod tests;
