//! One HTTP answer, read as it comes: its status, and its body piece by piece, in the memory it was read into.

use std::mem::take;

use memchr::memchr;

const HEAD_LIMIT: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) is_complete: bool,
    /// The connection ends behind it.
    pub(crate) closes: bool,
    head: String,
    line: Vec<u8>,
    next: Next,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Head,
    /// So much more of the body.
    Body(usize),
    BodyToTheEnd,
    Size,
    /// So much more of a chunk.
    Chunk(usize),
    ChunkEnd,
    Trailers,
}

impl Answer {
    /// Takes what came, and gives the pieces of the body that are in it.
    pub(crate) fn take(
        &mut self,
        mut bytes: &[u8],
        mut on_piece: impl FnMut(u16, &[u8]),
    ) -> Result<(), String> {
        while !bytes.is_empty() {
            if self.is_complete {
                return Err(format!("{} bytes behind the end of an answer", bytes.len()));
            }
            let length = match self.next {
                Next::Body(left) | Next::Chunk(left) => left.min(bytes.len()),
                Next::BodyToTheEnd => bytes.len(),
                _ => {
                    bytes = self.text(bytes)?;
                    continue;
                }
            };
            let (piece, rest) = bytes.split_at(length);
            on_piece(self.status, piece);
            bytes = rest;
            match &mut self.next {
                Next::Body(left) => {
                    *left -= length;
                    self.is_complete = *left == 0;
                }
                Next::Chunk(left) => {
                    *left -= length;
                    if *left == 0 {
                        self.next = Next::ChunkEnd;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The connection has ended.
    pub(crate) fn end(&mut self) -> Result<(), String> {
        self.closes = true;
        self.is_complete |= self.next == Next::BodyToTheEnd;
        if self.is_complete { Ok(()) } else { Err("the connection ended before the answer did".into()) }
    }

    /// Takes up to the end of a line, and gives what is behind it.
    fn text<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], String> {
        let end = memchr(b'\n', bytes).map(|feed| feed + 1);
        let (text, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        self.line.extend_from_slice(text);
        if self.line.len() + self.head.len() > HEAD_LIMIT {
            return Err("a head without an end".into());
        }
        if end.is_some() {
            let line = take(&mut self.line);
            self.line_has_come(String::from_utf8_lossy(&line).trim_end())?;
        }
        Ok(rest)
    }

    fn line_has_come(&mut self, line: &str) -> Result<(), String> {
        match self.next {
            Next::Head if line.is_empty() => return self.head_has_come(),
            Next::Head => {
                self.head.push_str(line);
                self.head.push('\n');
            }
            Next::Size => {
                let digits = line.split(';').next().unwrap_or_default().trim();
                self.next = match usize::from_str_radix(digits, 16) {
                    Ok(0) => Next::Trailers,
                    Ok(size) => Next::Chunk(size),
                    Err(_) => return Err(format!("no size of a chunk: {line:?}")),
                };
            }
            Next::ChunkEnd => self.next = Next::Size,
            Next::Trailers => self.is_complete = line.is_empty(),
            Next::Body(_) | Next::BodyToTheEnd | Next::Chunk(_) => {}
        }
        Ok(())
    }

    fn head_has_come(&mut self) -> Result<(), String> {
        let head = take(&mut self.head);
        let (status_line, fields) = head.split_once('\n').unwrap_or_default();
        let status = status_line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
        self.status = status.ok_or_else(|| format!("no HTTP answer: {status_line:.80?}"))?;
        if self.status == 100 {
            return Ok(());
        }
        let field = |wanted: &str| {
            let mut fields = fields.lines().filter_map(|line| line.split_once(':'));
            fields.find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim()))
        };
        let is = |name, wanted| field(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted));
        self.closes = is("connection", "close");
        self.next = match field("content-length") {
            _ if is("transfer-encoding", "chunked") => Next::Size,
            Some(length) => Next::Body(length.parse().map_err(|_| format!("no length: {length:?}"))?),
            None => Next::BodyToTheEnd,
        };
        self.is_complete = self.next == Next::Body(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nConnection: close\r\n\r\nhello";
    const CHUNKED: &str = "HTTP/1.1 201 x\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nB\r\n, my world.\r\n0\r\na: b\r\n\r\n";

    /// What an answer holds that comes in pieces of this length.
    fn read(text: &str, length: usize) -> Result<(Answer, String), String> {
        let (mut answer, mut body) = (Answer::default(), Vec::new());
        for piece in text.as_bytes().chunks(length) {
            answer.take(piece, |_, piece| body.extend_from_slice(piece))?;
        }
        Ok((answer, String::from_utf8_lossy(&body).into_owned()))
    }

    #[test]
    fn an_answer_is_read_the_same_however_it_comes() {
        for length in 1..=CHUNKED.len() {
            let (answer, body) = read(LENGTH, length).unwrap();
            assert_eq!((answer.status, body.as_str()), (200, "hello"));
            assert_eq!((answer.is_complete, answer.closes), (true, true));
            let (answer, body) = read(CHUNKED, length).unwrap();
            assert_eq!((answer.status, body.as_str()), (201, "hello, my world."));
            assert_eq!((answer.is_complete, answer.closes), (true, false));
        }
    }

    #[test]
    fn an_answer_without_a_length_ends_with_its_connection_and_no_other_does() {
        let (mut answer, body) = read("HTTP/1.1 200 OK\r\n\r\nto the end", 7).unwrap();
        assert!(!answer.is_complete);
        answer.end().unwrap();
        assert_eq!((answer.is_complete, body.as_str()), (true, "to the end"));
        for text in [LENGTH, CHUNKED] {
            let (mut answer, _) = read(&text[..text.len() - 2], 9).unwrap();
            assert!(answer.end().is_err());
        }
    }

    #[test]
    fn an_interim_answer_is_passed_over() {
        let (answer, body) = read(&format!("HTTP/1.1 100 Continue\r\n\r\n{LENGTH}"), 1000).unwrap();
        assert_eq!((answer.status, body.as_str()), (200, "hello"));
    }

    #[test]
    fn what_is_no_answer_and_what_comes_behind_one_is_refused() {
        assert!(read("SSH-2.0-x\r\n\r\n", 100).is_err());
        assert!(read(&format!("{LENGTH}!"), 1000).is_err());
        assert!(read(&"x".repeat(20_000), 20_000).is_err());
        assert!(read(&CHUNKED.replace("5;", "z;"), 1000).is_err());
        assert!(read("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", 1000).is_err());
    }
}
