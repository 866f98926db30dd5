use socket2::SockRef;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// What a connection needs of its stream.
pub(in crate::http) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Ends it at once, and forgets what the client has not taken. An ordinary close would leave those bytes to the kernel,
    /// which keeps them for as long as the client likes, outside of every limit.
    fn destroy(self);
}

impl Socket for TcpStream {
    fn destroy(self) {
        // Without the option it is closed as usual.
        let _ = SockRef::from(&self).set_linger(Some(Duration::ZERO));
    }
}

#[cfg(test)]
impl Socket for tokio::io::DuplexStream {
    fn destroy(self) {}
}
