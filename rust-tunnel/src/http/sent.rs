use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

/// What hyper's request does not tell, in one of its extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    /// From the request line to the last header line, as it came.
    pub(super) head: Bytes,
    pub(super) peers: Peers,
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
