use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// What a connection needs of its stream.
pub(in crate::http) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Ends it at once, and forgets what the client has not taken. An ordinary close would leave those bytes to the kernel,
    /// which keeps them for as long as the client likes, outside of every limit.
    fn destroy(self);

    /// The client's address and the own one, as long as the system knows them.
    fn peers(&self) -> Option<(SocketAddr, SocketAddr)>;
}

impl Socket for TcpStream {
    fn destroy(self) {
        // Without the option it is closed as usual.
        let _ = SockRef::from(&self).set_linger(Some(Duration::ZERO));
    }

    fn peers(&self) -> Option<(SocketAddr, SocketAddr)> {
        Some((self.peer_addr().ok()?, self.local_addr().ok()?))
    }
}

#[cfg(test)]
impl Socket for tokio::io::DuplexStream {
    fn destroy(self) {}

    fn peers(&self) -> Option<(SocketAddr, SocketAddr)> {
        None
    }
}
