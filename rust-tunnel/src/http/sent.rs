use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::io::guard::{SHOWN_FIELDS, SentHead};
use crate::protocol::Interim;

/// What hyper's request does not tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    pub(super) head: SentHead,
    pub(super) peers: Peers,
    pub(super) interim: Interim,
}

impl Sent {
    /// Takes the header lines out that Node would not show.
    pub(super) fn hide(&self, headers: &mut HeaderMap) {
        if self.head.fields > SHOWN_FIELDS {
            *headers = shown(&self.head.raw);
        }
    }

    /// The request's target as it was sent, or its path where that leads to the same place.
    pub(super) fn target<'a>(&'a self, shown: &'a Uri) -> &'a str {
        if self.head.odd_target { second_word(&self.head.raw) } else { shown.path() }
    }
}

/// The target in a request line, which the guard has found to be ASCII between two blanks.
fn second_word(head: &[u8]) -> &str {
    let word = head.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
    std::str::from_utf8(word).unwrap_or_default()
}

/// The header lines of a head, as far as Node shows them.
fn shown(head: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.split(|&byte| byte == b'\n').skip(1).take(usize::from(SHOWN_FIELDS)) {
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let name = parts.next().map(HeaderName::from_bytes);
        let value = parts.next().map(|value| HeaderValue::from_bytes(value.trim_ascii()));
        if let (Some(Ok(name)), Some(Ok(value))) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
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

    fn sent(raw: &'static str, fields: u16, odd_target: bool) -> Sent {
        let head = SentHead { raw: raw.as_bytes().into(), fields, odd_target, ..SentHead::default() };
        Sent { head, ..Sent::default() }
    }

    #[test]
    fn a_target_is_read_from_the_head_where_hyper_was_shown_another() {
        let shown = Uri::from_static("/a?b");
        assert_eq!(sent("GET /<a>?b#c HTTP/1.1\r\n", 0, true).target(&shown), "/<a>?b#c");
        assert_eq!(sent("GET /a?b#c HTTP/1.1\r\n", 0, false).target(&shown), "/a");
        assert_eq!(Sent::default().target(&shown), "/a");
    }

    #[test]
    fn header_lines_after_the_thousandth_are_taken_out() {
        for (count, shown) in [(999, 1), (1000, 0)] {
            let many = "A: \t1 \r\n".repeat(count);
            let head = format!("GET / HTTP/1.1\r\n{many}Last:x:y\r\n").leak();
            let mut headers = HeaderMap::new();
            headers.insert("last", HeaderValue::from_static("x:y"));
            sent(head, count as u16 + 1, false).hide(&mut headers);
            assert_eq!(headers.get_all("last").iter().filter(|value| *value == "x:y").count(), shown);
            if shown == 0 {
                assert_eq!(headers.get_all("a").iter().filter(|value| *value == "1").count(), count);
            }
        }
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
