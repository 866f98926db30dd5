//! Header names of ours, and reading headers as Node does.

use std::borrow::Cow;

use http::HeaderName;

use super::io::guard::SHOWN_FIELDS;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-runner-request-id");

pub(super) const CONTEXT: HeaderName = HeaderName::from_static("x-runner-context");

/// Headers of which Node keeps the first line and drops the others.
const SINGLETONS: [&str; 18] = [
    "age",
    "authorization",
    "content-length",
    "content-type",
    "etag",
    "expires",
    "from",
    "host",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "proxy-authorization",
    "referer",
    "retry-after",
    "server",
    "user-agent",
];

/// The header lines of a request as they were sent. A few of them are asked for, each once: that takes less than a map of
/// all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Headers<'a>(&'a [u8]);

impl<'a> Headers<'a> {
    /// Of a head that the guard has accepted: the request line, and lines `name: value`, each with its CRLF.
    pub(super) fn of(head: &'a [u8]) -> Self {
        let line = memchr::memchr(b'\n', head).map_or(head.len(), |end| end + 1);
        Headers(head.get(line..).unwrap_or_default())
    }

    /// The values of this name, without the blanks around them.
    pub(super) fn all(self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        let name = name.as_str().as_bytes();
        let mut rest = self.0;
        // Node shows no more of them.
        (0..SHOWN_FIELDS)
            .map_while(move |_| {
                let (line, after) = rest.split_at_checked(memchr::memchr(b'\n', rest)? + 1)?;
                rest = after;
                Some(line)
            })
            .filter_map(move |line| {
                let (sent, after) = line.split_at_checked(name.len())?;
                let value = after.strip_prefix(b":").filter(|_| sent.eq_ignore_ascii_case(name))?;
                Some(value.trim_ascii())
            })
    }

    /// The first of them.
    pub(super) fn first(self, name: &HeaderName) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The value of a header as `req.headers` would show it: several lines joined, except where Node keeps the first.
    pub(super) fn value(self, name: &HeaderName) -> Option<Cow<'a, [u8]>> {
        let mut lines = self.all(name);
        let first = lines.next()?;
        let Some(second) = lines.next() else { return Some(Cow::Borrowed(first)) };
        if SINGLETONS.contains(&name.as_str()) || name == http::header::SET_COOKIE {
            return Some(Cow::Borrowed(first));
        }
        let separator: &[u8] = if name == http::header::COOKIE { b"; " } else { b", " };
        let mut joined = first.to_vec();
        for line in std::iter::once(second).chain(lines) {
            joined.extend_from_slice(separator);
            joined.extend_from_slice(line);
        }
        Some(Cow::Owned(joined))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A head with these lines.
    pub(in crate::http) fn head(lines: &[(&str, &[u8])]) -> Vec<u8> {
        let mut head = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in lines {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head
    }

    fn read(name: &'static str, lines: &[&str]) -> Option<String> {
        let lines: Vec<_> = lines.iter().map(|line| (name, line.as_bytes())).collect();
        let head = head(&lines);
        let value = Headers::of(&head).value(&HeaderName::from_static(name));
        value.map(|value| String::from_utf8(value.into_owned()).unwrap())
    }

    #[test]
    fn lines_fold_as_in_node() {
        assert_eq!(read("x-runner-token", &[]), None);
        assert_eq!(read("x-runner-token", &["a"]).as_deref(), Some("a"));
        assert_eq!(read("x-runner-token", &["a", "b", "c"]).as_deref(), Some("a, b, c"));
        assert_eq!(read("authorization", &["a", "b"]).as_deref(), Some("a"));
        assert_eq!(read("cookie", &["a=1", "b=2"]).as_deref(), Some("a=1; b=2"));
    }

    #[test]
    fn names_match_whole_and_in_any_letter_case() {
        let head = b"GET /a:b HTTP/1.1\r\nX-A:1\r\nx-ab: 2\r\nx-a:\t 3 \t\r\nb: x-a: 4\r\nx-: 5\r\nX-a:\r\n";
        let values: Vec<_> = Headers::of(head).all(&HeaderName::from_static("x-a")).collect();
        assert_eq!(values, [&b"1"[..], b"3", b""]);
        assert_eq!(Headers::of(b"GET / HTTP/1.1\r\n").first(&HeaderName::from_static("x-a")), None);
    }

    #[test]
    fn lines_after_the_thousandth_are_not_shown() {
        for (count, shown) in [(999, 1), (1000, 0)] {
            let head = format!("GET / HTTP/1.1\r\n{}Last:x:y\r\n", "A: \t1 \r\n".repeat(count));
            let headers = Headers::of(head.as_bytes());
            assert_eq!(headers.all(&HeaderName::from_static("last")).count(), shown);
            assert_eq!(headers.all(&HeaderName::from_static("a")).count(), count);
        }
    }
}
