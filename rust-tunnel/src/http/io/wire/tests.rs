use std::future::poll_fn;
use std::task::Waker;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;

const REQUEST: &[u8] = b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}";

fn wired(capacity: usize) -> (Wire<DuplexStream>, DuplexStream) {
    let (near, far) = duplex(capacity);
    (Wire::new(near, None), far)
}

fn look_ahead(wire: &mut Wire<DuplexStream>) {
    wire.poll_ahead(&mut Context::from_waker(Waker::noop()));
}

#[tokio::test]
async fn a_request_is_head_and_body() {
    let (mut wire, mut far) = wired(1024);
    assert!(wire.is_settled());
    far.write_all(&[REQUEST, REQUEST].concat()).await.unwrap();
    look_ahead(&mut wire);
    for _ in 0..2 {
        assert!(!wire.is_settled());
        assert!(REQUEST.starts_with(&wire.next_head().unwrap().raw));
        assert_eq!(wire.body(), (2, true));
        assert_eq!(wire.take_body(), "{}");
        wire.end_body();
    }
    assert!(wire.is_settled() && wire.next_head().is_none());
}

#[tokio::test]
async fn a_refused_head_is_no_request() {
    let (mut wire, mut far) = wired(1024);
    far.write_all(b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    look_ahead(&mut wire);
    assert!(!wire.has_head());
    let over = wire.over().unwrap();
    assert_eq!(over, Over::Refused(Refusal::BadRequest));
    assert!(over.farewell().starts_with(b"HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_hang_up_is_noticed_while_nobody_reads() {
    for sent in [&b""[..], REQUEST] {
        let (mut wire, mut far) = wired(1024);
        far.write_all(sent).await.unwrap();
        drop(far);
        look_ahead(&mut wire);
        assert_eq!(wire.over(), Some(Over::HungUp));
    }
}

#[tokio::test]
async fn a_message_that_breaks_off_is_a_bad_request() {
    for cut in [3, REQUEST.len() - 1] {
        let (mut wire, mut far) = wired(1024);
        far.write_all(&REQUEST[..cut]).await.unwrap();
        drop(far);
        look_ahead(&mut wire);
        assert_eq!(wire.over(), Some(Over::Refused(Refusal::BadRequest)));
    }
}

#[tokio::test]
async fn reading_ahead_is_bounded_and_nothing_is_lost() {
    let length = 12 * AHEAD;
    let body: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
    let plain = [format!("content-length: {length}\r\n\r\n").as_bytes(), &body].concat();
    let mut chunked = b"transfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(50_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(&[chunk, b"\r\n"].concat());
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    for (sent, is_lent) in [(&plain, false), (&plain, true), (&chunked, true)] {
        let lent = Arc::new(Lent::default());
        if is_lent {
            lent.lend(1, Box::new(vec![0; 4 * AHEAD]));
        }
        let (near, mut far) = duplex(1 << 20);
        let mut wire = Wire::new(near, Some(lent.clone()));
        let head = &b"POST /x HTTP/1.1\r\nhost: a\r\n"[..];
        far.write_all(&[head, sent, REQUEST].concat()).await.unwrap();
        look_ahead(&mut wire);
        let ahead = wire.waiting();
        assert!((AHEAD..AHEAD + CHUNK).contains(&ahead), "{ahead}");
        assert!(wire.next_head().is_some());
        let mut all = wire.take_body().to_vec();
        let mut handed_over = 0;
        while wire.body() != (0, true) {
            let piece = poll_fn(|context| wire.poll_body(context)).await;
            assert!(!piece.is_empty() && piece.len() <= 4 * AHEAD);
            all.extend_from_slice(&piece);
            handed_over += usize::from(lent.hand_over(piece).is_ok());
        }
        assert!(all == body);
        assert_eq!(handed_over, usize::from(is_lent));
        wire.end_body();
        // The last read may have brought what comes behind the body.
        look_ahead(&mut wire);
        assert!(wire.next_head().is_some());
        assert_eq!(wire.take_body(), "{}");
    }
}

#[tokio::test]
async fn heads_and_trailers_that_nobody_takes_are_bounded_too() {
    let blanks = format!(
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\na:{}\r\n\r\n",
        " ".repeat(10_000)
    );
    for (request, all) in [("GET / HTTP/1.1\r\nhost: a\r\n\r\n", 20_000), (&*blanks, 100)] {
        let (mut wire, mut far) = wired(1 << 20);
        far.write_all(request.repeat(all).as_bytes()).await.unwrap();
        look_ahead(&mut wire);
        assert!(wire.waiting() < AHEAD + CHUNK);
        let read = 1 << 20;
        let mut count = 0;
        while wire.next_head().is_some() {
            wire.end_body();
            look_ahead(&mut wire);
            count += 1;
        }
        assert!(count == all || count * request.len() + AHEAD > read, "{count}");
        assert_eq!(wire.waiting() * usize::from(count == all), 0);
    }
}

#[tokio::test]
async fn a_client_that_accepts_nothing_is_a_stall() {
    let (mut wire, mut far) = wired(4);
    let write = |wire: &mut Wire<DuplexStream>, bytes: &[u8]| {
        let mut context = Context::from_waker(Waker::noop());
        wire.poll_write(&mut context, &[io::IoSlice::new(bytes)]).is_ready()
    };
    assert!(write(&mut wire, b"1234"));
    assert_eq!(wire.stalled_since(), None);
    assert!(!write(&mut wire, b"5"));
    assert!(wire.stalled_since().is_some());
    far.read_exact(&mut [0; 4]).await.unwrap();
    assert!(write(&mut wire, b"5"));
    assert_eq!(wire.stalled_since(), None);
}
