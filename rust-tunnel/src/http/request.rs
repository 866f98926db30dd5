use std::net::SocketAddr;
use std::sync::Arc;

use http::Method;

use super::body::RequestBody;
use super::headers::Headers;
use super::io::guard::SentHead;
use crate::protocol::Interim;

/// A request, of which the head has come.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) head: SentHead,
    pub(super) peers: Peers,
    /// What is sent before the answer.
    pub(super) interim: Interim,
    pub(super) body: RequestBody,
}

impl SentHead {
    /// The request's method.
    pub(super) fn method(&self) -> Method {
        match self.word(0) {
            "POST" => Method::POST,
            word => Method::from_bytes(word.as_bytes()).unwrap_or_default(),
        }
    }

    /// The request's target, without a query and fragment where it is a mere path.
    pub(super) fn target(&self) -> &str {
        let target = self.word(1);
        let end = target.bytes().position(|byte| matches!(byte, b'?' | b'#')).filter(|_| !self.odd_target);
        target.get(..end.unwrap_or(target.len())).unwrap_or_default()
    }

    pub(super) fn headers(&self) -> Headers<'_> {
        Headers::of(&self.raw)
    }

    /// A word of the request line, which the guard has found to be ASCII with single blanks in it.
    fn word(&self, index: usize) -> &str {
        let word = self.raw.split(|&byte| byte == b' ').nth(index).unwrap_or_default();
        std::str::from_utf8(word).unwrap_or_default()
    }
}

/// `remoteAddress remotePort localAddress localPort`, as `net.Socket` shows them; empty if unknown.
pub(super) type Peers = Arc<str>;

/// Writes both ends of a connection down.
pub(super) fn peers(ends: Option<(SocketAddr, SocketAddr)>) -> Peers {
    ends.map_or_else(Peers::default, |(remote, local)| {
        format!("{} {} {} {}", remote.ip(), remote.port(), local.ip(), local.port()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(raw: &'static str, odd_target: bool) -> SentHead {
        SentHead { raw: raw.as_bytes().into(), odd_target, ..SentHead::default() }
    }

    #[test]
    fn method_and_target_stand_in_the_request_line() {
        let odd = head("GET /<a>?b#c HTTP/1.1\r\n", true);
        assert_eq!((odd.method(), odd.target()), (Method::GET, "/<a>?b#c"));
        let plain = head("M-SEARCH /a?b#c HTTP/1.1\r\nhost: a b\r\n", false);
        assert_eq!((plain.method().as_str(), plain.target()), ("M-SEARCH", "/a"));
        assert_eq!(head("POST /a#b?c HTTP/1.1\r\n", false).target(), "/a");
        assert_eq!(head("POST /a HTTP/1.1\r\n", false).method(), Method::POST);
    }

    #[test]
    fn peers_read_as_in_node() {
        for (remote, local, expected) in [
            ("127.0.0.1:51234", "127.0.0.1:3000", "127.0.0.1 51234 127.0.0.1 3000"),
            ("[::ffff:1.2.3.4]:1", "[::ffff:5.6.7.8]:2", "::ffff:1.2.3.4 1 ::ffff:5.6.7.8 2"),
            ("[::1]:1", "[2001:db8::1]:2", "::1 1 2001:db8::1 2"),
        ] {
            let ends = Some((remote.parse().unwrap(), local.parse().unwrap()));
            assert_eq!(&*peers(ends), expected);
        }
        assert_eq!(&*peers(None), "");
    }
}
