//! The request line: `METHOD SP target SP HTTP/1.x CRLF`.

use super::bytes::{is_authority, target_run};
use super::message::Message;
use super::word::Word;
use super::{Refusal, Rest};

/// `http.METHODS` of Node 20, which is what its parser knows.
const METHODS: [&[u8]; 35] = [
    b"GET",
    b"POST",
    b"OPTIONS",
    b"HEAD",
    b"PUT",
    b"DELETE",
    b"PATCH",
    b"CONNECT",
    b"TRACE",
    b"ACL",
    b"BIND",
    b"CHECKOUT",
    b"COPY",
    b"LINK",
    b"LOCK",
    b"M-SEARCH",
    b"MERGE",
    b"MKACTIVITY",
    b"MKCALENDAR",
    b"MKCOL",
    b"MOVE",
    b"NOTIFY",
    b"PROPFIND",
    b"PROPPATCH",
    b"PURGE",
    b"QUERY",
    b"REBIND",
    b"REPORT",
    b"SEARCH",
    b"SOURCE",
    b"SUBSCRIBE",
    b"UNBIND",
    b"UNLINK",
    b"UNLOCK",
    b"UNSUBSCRIBE",
];

/// All of the version but its last digit.
const VERSION: &[u8] = b"HTTP/1.";

/// Where in the request line the next byte belongs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    place: Place,
    method: Word,
}

#[derive(Debug, Clone, Copy, Default)]
enum Place {
    /// Before the method: empty lines are skipped.
    #[default]
    Start,
    Method,
    Target(Target),
    /// This many bytes of [`VERSION`] are seen.
    Version(u8),
    Minor,
    Cr,
    Lf,
}

/// Where in the target; Node looks closely only at what comes before the path.
#[derive(Debug, Clone, Copy)]
enum Target {
    Start,
    Scheme,
    Colon,
    Slash,
    Authority,
    /// Just after an `@`, where a second one is refused.
    At,
    Path,
}

impl Line {
    /// Follows the line; `Some` with what comes after it once it is complete.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8], message: &mut Message) -> Rest<'a> {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            match self.place {
                Place::Start if matches!(byte, b'\r' | b'\n') => rest = after,
                Place::Start => self.place = Place::Method,
                Place::Method => match self.method(rest, message)? {
                    Some(target) => rest = target,
                    None => return Ok(None),
                },
                Place::Target(Target::Path) => {
                    let (run, after) = rest.split_at_checked(target_run(rest)).unwrap_or((rest, &[]));
                    message.count(run.len())?;
                    rest = match after.split_first() {
                        None => after,
                        Some((b' ', after)) => {
                            self.place = Place::Version(0);
                            after
                        }
                        Some((byte, after)) if byte.is_ascii_graphic() => {
                            message.count(1)?;
                            message.odd_target = true;
                            after
                        }
                        Some(_) => return Err(Refusal::BadRequest),
                    };
                }
                Place::Target(Target::Authority | Target::At) if byte == b' ' => {
                    self.place = Place::Version(0);
                    rest = after;
                }
                Place::Target(target) => {
                    self.place = Place::Target(target.next(byte).ok_or(Refusal::BadRequest)?);
                    message.count(1)?;
                    if matches!(target, Target::Start) && byte != b'/' {
                        message.odd_target = true;
                    }
                    rest = after;
                }
                Place::Version(seen) => {
                    if VERSION.get(usize::from(seen)) != Some(&byte) {
                        return Err(Refusal::BadRequest);
                    }
                    let seen = seen + 1;
                    self.place =
                        if usize::from(seen) == VERSION.len() { Place::Minor } else { Place::Version(seen) };
                    rest = after;
                }
                Place::Minor if matches!(byte, b'0' | b'1') => {
                    message.http10 = byte == b'0';
                    self.place = Place::Cr;
                    rest = after;
                }
                Place::Cr if byte == b'\r' => {
                    self.place = Place::Lf;
                    rest = after;
                }
                Place::Lf if byte == b'\n' => return Ok(Some(after)),
                Place::Minor | Place::Cr | Place::Lf => return Err(Refusal::BadRequest),
            }
        }
        Ok(None)
    }

    fn method<'a>(&mut self, bytes: &'a [u8], message: &mut Message) -> Rest<'a> {
        let end = bytes.iter().position(|byte| !matches!(byte, b'A'..=b'Z' | b'-')).unwrap_or(bytes.len());
        let (piece, after) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        let Some((separator, after)) = after.split_first() else {
            self.method.push(piece);
            // Node hangs up at the first byte that leads to no method, so a stranger need not end the word.
            let so_far = self.method.so_far();
            let known = !so_far.is_empty() && METHODS.iter().any(|method| method.starts_with(so_far));
            return if known { Ok(None) } else { Err(Refusal::BadRequest) };
        };
        let (known, connect) = self.method.end(piece, |word| (METHODS.contains(&word), word == b"CONNECT"));
        if *separator != b' ' || !known {
            return Err(Refusal::BadRequest);
        }
        message.connect = connect;
        self.place = Place::Target(if connect { Target::Authority } else { Target::Start });
        Ok(Some(after))
    }
}

impl Target {
    /// Where `byte` leads to; none if Node refuses it here.
    fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Start, b'/' | b'*') => Some(Self::Path),
            (Self::Start | Self::Scheme, byte) if byte.is_ascii_alphabetic() => Some(Self::Scheme),
            (Self::Scheme, b':') => Some(Self::Colon),
            (Self::Colon, b'/') => Some(Self::Slash),
            (Self::Slash, b'/') => Some(Self::Authority),
            (Self::Authority | Self::At, b'/' | b'?') => Some(Self::Path),
            (Self::Authority, b'@') => Some(Self::At),
            (Self::Authority, byte) if is_authority(byte) => Some(Self::Authority),
            (Self::At, byte) if byte != b'@' && is_authority(byte) => Some(Self::Authority),
            _ => None,
        }
    }
}
