//! Header names of ours, and reading headers as Node does.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

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

/// The value of a header as `req.headers` would show it: several lines joined, except where Node keeps the first.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, [u8]>> {
    let mut lines = headers.get_all(name).iter().map(http::HeaderValue::as_bytes);
    let first = lines.next()?;
    let first_only = SINGLETONS.contains(&name.as_str()) || name == http::header::SET_COOKIE;
    let Some(second) = lines.next().filter(|_| !first_only) else { return Some(Cow::Borrowed(first)) };
    let separator: &[u8] = if name == http::header::COOKIE { b"; " } else { b", " };
    let mut joined = first.to_vec();
    for line in std::iter::once(second).chain(lines) {
        joined.extend_from_slice(separator);
        joined.extend_from_slice(line);
    }
    Some(Cow::Owned(joined))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(name: &'static str, lines: &[&'static str]) -> Option<String> {
        let name = HeaderName::from_static(name);
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, HeaderValue::from_static(line));
        }
        value(&headers, &name).map(|value| String::from_utf8(value.into_owned()).unwrap())
    }

    #[test]
    fn lines_fold_as_in_node() {
        assert_eq!(read("x-runner-token", &[]), None);
        assert_eq!(read("x-runner-token", &["a"]).as_deref(), Some("a"));
        assert_eq!(read("x-runner-token", &["a", "b", "c"]).as_deref(), Some("a, b, c"));
        assert_eq!(read("authorization", &["a", "b"]).as_deref(), Some("a"));
        assert_eq!(read("cookie", &["a=1", "b=2"]).as_deref(), Some("a=1; b=2"));
    }
}
