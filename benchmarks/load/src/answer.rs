//! HTTP answers as far as the load needs to understand them: a status, a length, a body.

use memchr::memmem;

/// An answer that has come to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// Reads what has come so far. `None`: there is more to come.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Answer<'_>>, String> {
    let Some(end) = memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let body = rest.get(4..).unwrap_or_default();
    let status = head.get(9..12).and_then(|digits| digits.parse().ok());
    let status =
        status.filter(|_| head.starts_with("HTTP/1.1 ")).ok_or_else(|| format!("no answer: {head:?}"))?;
    let length =
        head.lines().find_map(length_in).ok_or_else(|| format!("an answer without a length: {head:?}"))?;
    if body.len() > length {
        return Err(format!("{} bytes behind the end of an answer", body.len() - length));
    }
    Ok((body.len() == length).then_some(Answer { status, body }))
}

fn length_in(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    if name.eq_ignore_ascii_case("content-length") { value.trim().parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 401 Who\r\nX: y\r\nContent-LENGTH: 5\r\n\r\nhello";

    #[test]
    fn an_answer_is_whole_when_all_of_it_has_come() {
        for end in 0..ANSWER.len() {
            assert_eq!(parse(&ANSWER[..end]), Ok(None));
        }
        assert_eq!(parse(ANSWER), Ok(Some(Answer { status: 401, body: b"hello" })));
        let empty = b"HTTP/1.1 204 x\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(parse(empty), Ok(Some(Answer { status: 204, body: b"" })));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert!(parse(b"SSH-2.0-x 200\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 abc\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(parse(&[ANSWER, b"!"].concat()).is_err());
    }
}
