//! What a request costs the IO thread in instructions: `npm run bench:instructions` runs this under callgrind.
//!
//! `request N` serves N small calls on one connection, one after the other. A stand-in for JavaScript on the same thread
//! answers each, so the bridge is in it both ways; system calls are not, for callgrind does not see into the kernel.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rust_tunnel::backend::BackendError;
use rust_tunnel::bridge::{Batch, Bell, Bridge, Terms};
use rust_tunnel::config::Config;
use rust_tunnel::http::{Front, Server, listen};
use rust_tunnel::protocol::frame::{self, Kind};
use tokio::sync::Notify;

const REQUEST: &[u8] = b"POST /__runner/task/app.tasks.add HTTP/1.1\r\nHost: 127.0.0.1:7070\r\n\
    x-runner-token: secret\r\ncontent-type: application/json\r\nContent-Length: 23\r\n\r\n\
    {\"input\":{\"a\":1,\"b\":2}}";
const RESULT: &[u8] = b"{\"ok\":true,\"result\":3}";
const SETTINGS: &str = include_str!("../src/config/settings.json");

#[derive(Default)]
struct TaskBell(Notify);

impl Bell for TaskBell {
    fn ring(&self) {
        self.0.notify_one();
    }
}

/// Answers every call, a batch at a time.
async fn answer(bridge: Bridge<TaskBell>) {
    let mut batch = Batch::default();
    let mut answers = Vec::new();
    loop {
        bridge.bell().0.notified().await;
        bridge.take(&mut batch);
        for [head, _] in batch.frames() {
            if let Ok(Some((call, _))) = frame::split(head, usize::MAX) {
                answers.extend(reply(call.id));
            }
        }
        batch.clear();
        assert!(bridge.accept(&answers, usize::MAX).is_ok(), "an answer is no frame");
        answers.clear();
    }
}

fn reply(id: u64) -> Vec<u8> {
    let mut out = Vec::new();
    frame::put(&mut out, Kind::Reply, 0, id, RESULT);
    // The status field.
    out.splice(6..8, 200u16.to_le_bytes());
    out
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).unwrap_or_default().parse().unwrap_or(1000);
    let terms = Terms {
        max_in_flight: 100,
        inline: usize::MAX,
        abandoned: Duration::from_secs(60),
        lost: BackendError::Closing,
        unsent: BackendError::Closing,
    };
    let bridge = Bridge::new(TaskBell::default(), terms);
    let listeners = listen("127.0.0.1:0".parse()?, 1, false)?;
    let address = listeners.first().ok_or("nothing is bound")?.local_addr()?;
    let front = Front::new(Config::from_json(SETTINGS)?, Arc::new(bridge.clone()));
    let enter = move || drop(tokio::spawn(answer(bridge.clone())));
    let server = Server::start(front, listeners, enter, |_| {})?;

    let mut stream = TcpStream::connect(address)?;
    let mut response = [0; 4096];
    for _ in 0..count {
        stream.write_all(REQUEST)?;
        let length = stream.read(&mut response)?;
        let response = response.get(..length).unwrap_or_default();
        assert!(response.ends_with(RESULT), "{}", String::from_utf8_lossy(response));
    }
    drop(stream);
    drop(server);
    Ok(())
}
