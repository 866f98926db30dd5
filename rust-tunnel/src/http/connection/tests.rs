mod answers;
mod deadlines;
mod heads;
mod stopping;

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::body::{RequestBody, whole};
use super::super::route;
use super::super::stop::Stop;
use super::*;
use crate::config::tests::config;
use crate::protocol::BodyError;

const HINT: &str = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
const GET: &[u8] = b"GET /quick HTTP/1.1\r\nhost: a\r\n\r\n";

/// A connection over memory, which answers `/echo` with the body, `/head` with the head as it was sent, `/trailers`
/// with those, `/hint` after an interim answer, `/stream` with the body as it comes, `/stuck` never, and everything else with the number of
/// header lines.
struct Bench {
    client: DuplexStream,
    stop: Stop,
    house: Arc<House<Answers>>,
    served: JoinHandle<()>,
    dropped: mpsc::UnboundedReceiver<()>,
}

struct TellOnDrop(mpsc::UnboundedSender<()>);

impl Drop for TellOnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// Tells of each request whose work has ended, however it did.
struct Answers(mpsc::UnboundedSender<()>);

impl Serve for Answers {
    async fn serve(&self, request: Request) -> Result<Response<ResponseBody>, Cut> {
        let guard = TellOnDrop(self.0.clone());
        let Request { head, mut body, interim, .. } = request;
        let path = route::pathname(head.target()).unwrap();
        let answer = match &*path {
            "/echo" => collected(&mut body).await,
            "/head" => head.raw.clone(),
            "/trailers" => {
                collected(&mut body).await;
                head.trailers.lines()
            }
            "/hint" => {
                interim.send(HINT.as_bytes());
                tokio::task::yield_now().await;
                interim.send(HINT.as_bytes());
                Bytes::from_static(b"!")
            }
            "/stuck" => std::future::pending().await,
            // As the pipeline does with a panic.
            "/bare" => return Ok(Response::new(whole(Bytes::new()))),
            "/final-103" => {
                let mut response = Response::new(whole(Bytes::new()));
                *response.status_mut() = StatusCode::EARLY_HINTS;
                return Ok(response);
            }
            // The answer is there in the turn in which the body is first asked for.
            "/asks" => {
                let _ =
                    std::future::poll_fn(|context| Poll::Ready(body.poll_piece(context).is_ready())).await;
                std::mem::forget(body);
                Bytes::from_static(b"!")
            }
            "/stream" => return Ok(Response::new(ResponseBody::Right(Echo(body).boxed_unsync()))),
            _ => memchr::memchr_iter(b'\n', &head.raw).skip(1).count().min(1000).to_string().into(),
        };
        drop(guard);
        Ok(Response::new(whole(answer)))
    }
}

async fn collected(body: &mut RequestBody) -> Bytes {
    let mut all = Vec::new();
    while let Some(Ok(piece)) = std::future::poll_fn(|context| body.poll_piece(context)).await {
        all.extend_from_slice(&piece);
    }
    all.into()
}

/// A request's body as an answer's.
struct Echo(RequestBody);

impl http_body::Body for Echo {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.0.poll_piece(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

fn bench() -> Bench {
    let (tell, dropped) = mpsc::unbounded_channel();
    let house = Arc::new(House {
        service: Arc::new(Answers(tell)),
        timeouts: config(&serde_json::json!({})).timeouts,
        lent: None,
        active: AtomicUsize::new(0),
    });
    let (client, near) = duplex(1 << 16);
    let stop = Stop::new();
    let served = {
        let (house, stopping) = (house.clone(), stop.listen());
        tokio::spawn(async move { serve(near, &house, stopping).await })
    };
    Bench { client, stop, house, served, dropped }
}

impl Bench {
    async fn send(&mut self, bytes: &[u8]) {
        self.client.write_all(bytes).await.unwrap();
    }

    /// Reads until the text ends with `end`.
    async fn read_until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let mut byte = [0];
            assert_eq!(self.client.read(&mut byte).await.unwrap(), 1, "{text:?} was all that came");
            text.push(char::from(byte[0]));
        }
        text
    }

    async fn read_exactly(&mut self, length: usize) -> String {
        let mut text = vec![0; length];
        self.client.read_exact(&mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    /// Everything up to the server's end.
    async fn rest(&mut self) -> String {
        let mut text = String::new();
        self.client.read_to_string(&mut text).await.unwrap();
        text
    }
}

#[tokio::test]
async fn interim_answers_come_before_their_answer() {
    let mut bench = bench();
    bench.send(b"GET /hint HTTP/1.1\r\nhost: a\r\n\r\nGET /hint HTTP/1.1\r\nhost: a\r\n\r\n").await;
    for _ in 0..2 {
        let answer = bench.read_until("\r\n\r\n!").await;
        let hints = [HINT, HINT, "HTTP/1.1 200 OK\r\n"].concat();
        assert!(answer.starts_with(&hints), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_are_served_before_and_after_parking() {
    let mut bench = bench();
    for _ in 0..3 {
        bench.send(GET).await;
        assert!(bench.read_until("\r\n\r\n1").await.starts_with("HTTP/1.1 200 OK\r\n"));
        assert_eq!(bench.house.active.load(Ordering::Relaxed), 1);
        tokio::time::sleep(deadline::PARK * 2).await;
        assert_eq!(bench.house.active.load(Ordering::Relaxed), 0, "it has parked");
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let mut bench = bench();
    bench.send(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\none").await;
    bench
        .send(b"POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n")
        .await;
    bench.read_until("one").await;
    bench.read_until("two").await;
}

#[tokio::test]
async fn a_client_of_1_0_is_answered_in_1_1() {
    let mut bench = bench();
    let kept = "GET /quick HTTP/1.0\r\nconnection: keep-alive, close\r\n\r\n";
    let body = "POST /echo HTTP/1.0\r\nproxy-connection: keep-alive\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nabc";
    bench.send(&[kept, body].concat().into_bytes()).await;
    for end in ["\r\n\r\n1", "\r\n\r\nabc"] {
        let answer = bench.read_until(end).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && !answer.contains("close"), "{answer}");
    }
}

#[tokio::test]
async fn a_stream_without_chunks_ends_the_connection() {
    let mut bench = bench();
    let request = "POST /stream HTTP/1.0\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n";
    bench.send(format!("{request}3\r\none\r\n").as_bytes()).await;
    let begun = bench.read_until("\r\n\r\none").await;
    assert!(begun.starts_with("HTTP/1.1 200 OK\r\n") && !begun.contains("transfer-encoding"), "{begun}");
    bench.send(b"3\r\ntwo\r\n0\r\n\r\n").await;
    assert_eq!(bench.rest().await, "two");
}

#[tokio::test]
async fn a_refused_request_gets_its_raw_answer_and_a_close() {
    let mut bench = bench();
    bench.send(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(
        bench.rest().await,
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    drop(bench.client);
    bench.served.await.unwrap();
}

#[tokio::test]
async fn a_client_that_still_sends_can_read_why_it_is_refused() {
    let mut bench = bench();
    bench.send(b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(bench.rest().await.starts_with("HTTP/1.1 400 "));
    // Its bytes are taken until it has heard, so that nothing resets the connection.
    for _ in 0..10 {
        bench.send(&[b'x'; 60_000]).await;
    }
    drop(bench.client);
    bench.served.await.unwrap();
}

#[tokio::test]
async fn a_client_that_leaves_cancels_its_call_in_every_read_state() {
    let stuck = |rest: &str| format!("POST /stuck HTTP/1.1\r\nhost: a\r\n{rest}");
    for request in [
        stuck("\r\n"),
        stuck("content-length: 100000\r\n\r\nonly a part"),
        stuck("\r\n") + "GET /quick HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let mut bench = bench();
        bench.send(request.as_bytes()).await;
        tokio::task::yield_now().await;
        assert!(bench.dropped.try_recv().is_err());
        drop(bench.client);
        bench.dropped.recv().await.unwrap();
        bench.served.await.unwrap();
    }
}
