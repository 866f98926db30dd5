use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
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
        let running = start(threads, &serde_json::json!({}), || {});
        for _ in 0..20 {
            assert!(ask(running.address).starts_with("HTTP/1.1 404 "));
        }
        running.server.close(PATIENCE);
        assert_eq!(running.closed.recv_timeout(PATIENCE), Ok(Closed::Ordinary));
        drop(running.server);
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

/// Asks on a connection that stays open.
fn send(stream: &mut TcpStream) {
    stream.write_all(b"GET /elsewhere HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
}

fn receive(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}}") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}

fn ask_on(stream: &mut TcpStream) -> String {
    send(stream);
    receive(stream)
}

#[test]
fn the_advertised_timeout_follows_the_real_one_on_open_connections() {
    let running = start(1, &serde_json::json!({}), || {});
    let mut stream = TcpStream::connect(running.address).unwrap();
    assert!(ask_on(&mut stream).contains("connection: keep-alive\r\nkeep-alive: timeout=5\r\n"));
    for (millis, text) in [(61_500, "timeout=61"), (700, "timeout=0")] {
        running.server.tune(Knob::KeepAlive, millis);
        assert!(ask_on(&mut stream).contains(&format!("connection: keep-alive\r\nkeep-alive: {text}\r\n")));
    }
    running.server.tune(Knob::KeepAlive, 0);
    let unlimited = ask_on(&mut stream);
    assert!(unlimited.contains("connection: keep-alive\r\n") && !unlimited.contains("keep-alive: "));
}

#[test]
fn the_number_of_connections_can_change() {
    let running = start(1, &serde_json::json!({ "limits": { "maxConnections": 2 } }), || {});
    let connect = || TcpStream::connect(running.address).unwrap();
    let is_waiting = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        stream.read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    };
    let (mut first, mut second, mut third) = (connect(), connect(), connect());
    [&mut first, &mut second, &mut third].into_iter().for_each(send);
    receive(&mut first);
    receive(&mut second);
    assert!(is_waiting(&mut third));
    running.server.tune(Knob::MaxConnections, 3);
    receive(&mut third);
    running.server.tune(Knob::MaxConnections, 1);
    let mut fourth = connect();
    send(&mut fourth);
    drop((first, second));
    assert!(is_waiting(&mut fourth));
    // Who was there stays.
    ask_on(&mut third);
    drop(third);
    receive(&mut fourth);
}

#[test]
fn all_connections_can_be_closed_and_others_are_served() {
    let running = start(2, &serde_json::json!({}), || {});
    for close in [Server::close_idle, Server::close_all] {
        let mut open: Vec<TcpStream> = (0..5).map(|_| TcpStream::connect(running.address).unwrap()).collect();
        open.iter_mut().for_each(|stream| drop(ask_on(stream)));
        close(&running.server);
        for stream in &mut open {
            assert_eq!(stream.read(&mut [0]).unwrap(), 0, "an end, not a reset");
        }
        assert!(ask(running.address).starts_with("HTTP/1.1 404 "));
    }
}
