use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Node's own default.
const BACKLOG: i32 = 511;

/// Binds `address` once for each thread. Several threads, or `reuse_port`, share the port by `SO_REUSEPORT`, and the
/// kernel spreads the connections.
///
/// # Errors
/// What the system says; `EADDRINUSE` for a taken port.
pub fn listen(address: SocketAddr, threads: usize, reuse_port: bool) -> io::Result<Vec<TcpListener>> {
    let shared = reuse_port || threads > 1;
    let first = bind(address, shared)?;
    // Port 0 was anyone's; the others must meet the first.
    let bound = first.local_addr()?;
    let others = (1..threads).map(|_| bind(bound, shared));
    std::iter::once(Ok(first)).chain(others).collect()
}

fn bind(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // `::` serves IPv4 as well, as in Node.
        socket.set_only_v6(false)?;
    }
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if shared {
        share(&socket)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(unix)]
fn share(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_port(true)
}

#[cfg(not(unix))]
fn share(_socket: &Socket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system can't share a port (SO_REUSEPORT)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_share_one_port() {
        let listeners = listen("127.0.0.1:0".parse().unwrap(), 3, false).unwrap();
        let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().unwrap().port()).collect();
        assert_eq!(ports, [ports[0]; 3]);
    }

    #[test]
    fn a_taken_port_is_an_error() {
        let taken = listen("127.0.0.1:0".parse().unwrap(), 1, false).unwrap();
        let error = listen(taken[0].local_addr().unwrap(), 1, false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
