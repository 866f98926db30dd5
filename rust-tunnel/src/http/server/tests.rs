use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;

use super::super::listener::listen;
use super::*;
use crate::backend::fake::{FakeBackend, Script};
use crate::config::tests::config;

const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    server: Server<FakeBackend>,
    address: SocketAddr,
    closed: mpsc::Receiver<Closed>,
}

fn start(threads: usize, changes: &serde_json::Value, enter: impl Fn() + Send + Sync + 'static) -> Running {
    let listeners = listen("127.0.0.1:0".parse().unwrap(), threads, false).unwrap();
    let address = listeners[0].local_addr().unwrap();
    let (tell, closed) = mpsc::channel();
    let backend = Arc::new(FakeBackend::new(Script::default()));
    let front = Front::new(config(changes), backend);
    let server = Server::start(front, listeners, enter, move |end| tell.send(end).unwrap()).unwrap();
    Running { server, address, closed }
}

fn ask(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /elsewhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_serves_on_every_thread_and_ends_when_told() {
    for threads in [1, 3] {
        let mut running = start(threads, &serde_json::json!({}), || {});
        for _ in 0..20 {
            assert!(ask(running.address).starts_with("HTTP/1.1 404 "));
        }
        running.server.close(PATIENCE);
        assert_eq!(running.closed.recv_timeout(PATIENCE), Ok(Closed::Ordinary));
        assert!(running.server.join(PATIENCE));
        assert!(TcpStream::connect(running.address).is_err());
    }
}

#[test]
fn a_thread_that_dies_takes_the_server_with_it_and_says_so() {
    let first = AtomicBool::new(true);
    let running = start(2, &serde_json::json!({}), move || {
        assert!(!first.swap(false, Ordering::Relaxed), "this thread dies on purpose");
    });
    assert_eq!(running.closed.recv_timeout(PATIENCE), Ok(Closed::ThreadDied));
}

#[test]
fn connections_over_the_limit_wait_and_are_then_served() {
    let running = start(1, &serde_json::json!({ "limits": { "maxConnections": 1 } }), || {});
    let mut first = TcpStream::connect(running.address).unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    first.read_exact(&mut [0; 12]).unwrap();
    let second = std::thread::spawn({
        let address = running.address;
        move || ask(address)
    });
    assert_eq!(running.server.front().stats.connections(), 1);
    drop(first);
    assert!(second.join().unwrap().starts_with("HTTP/1.1 404 "));
}
