use std::future::poll_fn;
use std::task::Waker;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::shared::WireIo;
use super::*;

const REQUEST: &[u8] = b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}";

fn wired(capacity: usize) -> (SharedWire<DuplexStream>, DuplexStream) {
    let (near, far) = duplex(capacity);
    (SharedWire::new(Wire::new(near)), far)
}

/// What hyper reads right now; `None` while there is nothing for it.
fn read_now(io: &mut WireIo<DuplexStream>) -> Option<Vec<u8>> {
    let mut space = [0; 1024];
    let mut buffer = ReadBuf::new(&mut space);
    let mut context = Context::from_waker(Waker::noop());
    match Pin::new(io).poll_read(&mut context, &mut buffer) {
        Poll::Ready(read) => read.ok().map(|()| buffer.filled().to_vec()),
        Poll::Pending => None,
    }
}

fn look_ahead(wire: &SharedWire<DuplexStream>) {
    wire.lock().poll_ahead(&mut Context::from_waker(Waker::noop()));
}

#[tokio::test]
async fn what_the_guard_passes_hyper_reads() {
    let (wire, mut far) = wired(1024);
    let mut io = wire.io();
    assert_eq!(read_now(&mut io), None);
    assert!(wire.lock().is_settled());
    far.write_all(REQUEST).await.unwrap();
    assert_eq!(read_now(&mut io).unwrap(), REQUEST);
    assert_eq!(wire.lock().phase(), Phase::Idle);
}

#[tokio::test]
async fn a_refused_head_never_reaches_hyper() {
    let (wire, mut far) = wired(1024);
    far.write_all(b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(read_now(&mut wire.io()), None);
    let over = wire.lock().over().unwrap();
    assert_eq!(over, Over::Refused(Refusal::BadRequest));
    assert!(over.farewell().starts_with(b"HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_hang_up_is_noticed_while_nobody_reads() {
    for sent in [&b""[..], REQUEST] {
        let (wire, mut far) = wired(1024);
        far.write_all(sent).await.unwrap();
        drop(far);
        look_ahead(&wire);
        assert_eq!(wire.lock().over(), Some(Over::HungUp));
        // Not even then does hyper see an end.
        assert_eq!(read_now(&mut wire.io()), None);
    }
}

#[tokio::test]
async fn a_message_that_breaks_off_is_a_bad_request() {
    for cut in [3, REQUEST.len() - 1] {
        let (wire, mut far) = wired(1024);
        far.write_all(&REQUEST[..cut]).await.unwrap();
        drop(far);
        look_ahead(&wire);
        assert_eq!(wire.lock().over(), Some(Over::Refused(Refusal::BadRequest)));
    }
}

#[tokio::test]
async fn reading_ahead_is_bounded_and_nothing_is_lost() {
    let (wire, mut far) = wired(1 << 20);
    let length = 4 * AHEAD;
    let head = format!("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
    far.write_all(head.as_bytes()).await.unwrap();
    far.write_all(&vec![b'x'; length]).await.unwrap();
    look_ahead(&wire);
    let ahead = wire.lock().ahead.len();
    assert!((AHEAD..AHEAD + CHUNK).contains(&ahead), "{ahead}");
    let mut all = vec![0; head.len() + length];
    wire.io().read_exact(&mut all).await.unwrap();
    assert!(all.starts_with(head.as_bytes()) && all.ends_with(b"x"));
    assert_eq!(wire.lock().phase(), Phase::Idle);
}

#[tokio::test]
async fn a_wide_head_waits_until_there_is_room() {
    let (wire, mut far) = wired(1 << 16);
    // Just over what hyper takes, and the whole of it in one read.
    let many = "a:\r\n".repeat(100);
    let head = format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n");
    assert!(head.len() < 1024);
    far.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read_now(&mut wire.io()), None);
    assert!(wire.lock().wants_room());
    assert_eq!(wire.lock().widen(), 128);
    let mut all = vec![0; head.len()];
    wire.io().read_exact(&mut all).await.unwrap();
    assert_eq!(all, head.as_bytes());
}

#[tokio::test]
async fn a_client_that_accepts_nothing_is_a_stall() {
    let (wire, mut far) = wired(4);
    let mut io = wire.io();
    io.write_all(b"1234").await.unwrap();
    assert_eq!(wire.lock().stalled_since(), None);
    let stuck =
        poll_fn(|context| Poll::Ready(Pin::new(&mut io).poll_write(context, b"5").is_pending())).await;
    assert!(stuck && wire.lock().stalled_since().is_some());
    far.read_exact(&mut [0; 4]).await.unwrap();
    io.write_all(b"5").await.unwrap();
    assert_eq!(wire.lock().stalled_since(), None);
}
