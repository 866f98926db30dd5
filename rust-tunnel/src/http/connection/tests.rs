use std::time::Duration;

use bytes::Bytes;
use http::Version;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::body::whole;
use super::super::route;
use super::super::stop::Stop;
use super::*;
use crate::config::tests::config;
use crate::protocol::BodyError;

const HINT: &str = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
const GET: &[u8] = b"GET /quick HTTP/1.1\r\nhost: a\r\n\r\n";

/// A connection over memory, which answers `/echo` with the body, `/head` with the head as it was sent, `/trailers`
/// with those, `/hint` after an interim answer, `/stream` with the body as it comes and in 1.0, `/stuck` never, and everything else with the number of
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
    async fn serve(&self, request: Request<RequestBody>, sent: Sent) -> Result<Response<ResponseBody>, Cut> {
        let guard = TellOnDrop(self.0.clone());
        let (parts, body) = request.into_parts();
        let path = route::pathname(sent.target(&parts.uri)).unwrap();
        let answer = match &*path {
            "/echo" => body.collect().await.map(|body| body.to_bytes()).unwrap_or_default(),
            "/head" => sent.head.raw.clone(),
            "/trailers" => {
                let _ = body.collect().await;
                sent.head.trailers.lines()
            }
            "/hint" => {
                sent.interim.send(HINT.as_bytes());
                tokio::task::yield_now().await;
                sent.interim.send(HINT.as_bytes());
                Bytes::from_static(b"!")
            }
            "/stuck" => std::future::pending().await,
            "/stream" => {
                let mut response = Response::new(ResponseBody::Right(body.map_err(BodyError).boxed_unsync()));
                *response.version_mut() = Version::HTTP_10;
                return Ok(response);
            }
            _ => parts.headers.len().to_string().into(),
        };
        drop(guard);
        Ok(Response::new(whole(answer)))
    }
}

fn bench() -> Bench {
    let (tell, dropped) = mpsc::unbounded_channel();
    let house = Arc::new(House {
        service: Arc::new(Answers(tell)),
        timeouts: config(&serde_json::json!({})).timeouts,
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
async fn a_head_of_many_lines_is_served_even_behind_another_request() {
    let mut bench = bench();
    let lines: String = (0..500).map(|index| format!("x-{index}: 1\r\n")).collect();
    let wide = format!("GET /quick HTTP/1.1\r\nhost: a\r\n{lines}\r\n");
    bench.send(&[GET, wide.as_bytes(), GET].concat()).await;
    bench.read_until("\r\n\r\n1").await;
    bench.read_until("\r\n\r\n501").await;
    bench.read_until("\r\n\r\n1").await;
}

#[tokio::test(start_paused = true)]
async fn a_head_of_many_lines_keeps_nothing_back_that_comes_before_it() {
    let wide = format!("GET /quick HTTP/1.1\r\nhost: a\r\n{}\r\n", "a:\r\n".repeat(150));
    for first in [
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nha",
        "POST /echo HTTP/1.1\r\nhost: a\r\n",
    ] {
        let whole = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nhalf";
        let mut bench = bench();
        bench.send(first.as_bytes()).await;
        tokio::time::sleep(deadline::PARK / 2).await;
        bench.send(format!("{}{wide}{whole}", whole.strip_prefix(first).unwrap()).as_bytes()).await;
        bench.read_until("\r\n\r\nhalf").await;
        bench.read_until("\r\n\r\n151").await;
        bench.read_until("\r\n\r\nhalf").await;
    }
}

#[tokio::test]
async fn as_many_lines_as_fit_into_a_head_are_served() {
    let mut bench = bench();
    for count in [127, 128, 2500, 8000] {
        let wide = format!("GET /quick HTTP/1.1\r\nhost: a\r\n{}\r\n", "a:\r\n".repeat(count));
        // In two reads, so that it is made wider than it had to be at first.
        let (first, second) = wide.split_at(wide.len() * 2 / 3);
        bench.send(first.as_bytes()).await;
        tokio::task::yield_now().await;
        bench.send(second.as_bytes()).await;
        bench.read_until(&format!("\r\n\r\n{}", (count + 1).min(1000))).await;
    }
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
    assert!(begun.starts_with("HTTP/1.0 200 OK\r\n") && !begun.contains("transfer-encoding"), "{begun}");
    bench.send(b"3\r\ntwo\r\n0\r\n\r\n").await;
    assert_eq!(bench.rest().await, "two");
}

#[tokio::test]
async fn targets_that_are_no_uri_reach_the_service_as_they_were_sent() {
    let mut bench = bench();
    for target in ["/head?<>\"`", "http://h/head", "//[::1]/head?`", "/./head#<"] {
        let head = format!("GET {target} HTTP/1.1\r\nhost: a\r\n");
        bench.send(format!("{head}\r\n").as_bytes()).await;
        bench.read_until(&format!("\r\n\r\n{head}")).await;
    }
}

#[tokio::test]
async fn trailers_belong_to_their_request() {
    let mut bench = bench();
    let head = "POST /trailers HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let many = "t: x\r\n".repeat(500);
    let pipelined = format!("{head}1\r\na\r\n0\r\nX-A: 1\r\n\r\n{head}0\r\n\r\n{head}0\r\n{many}\r\n");
    bench.send(pipelined.as_bytes()).await;
    for trailers in ["X-A: 1\r\n", "", many.as_str()] {
        bench.read_until(&format!("content-length: {}\r\n", trailers.len())).await;
        assert!(bench.read_until("\r\n\r\n").await.starts_with("date"));
        assert_eq!(bench.read_exactly(trailers.len()).await, trailers);
    }
    // In reads that hold nothing for hyper.
    bench.send(format!("{head}0\r\n").as_bytes()).await;
    for piece in ["b", ": c\r\n", "d:\r\n\r", "\n"] {
        tokio::task::yield_now().await;
        bench.send(piece.as_bytes()).await;
    }
    bench.read_until("\r\n\r\nb: c\r\nd:\r\n").await;
}

#[tokio::test(start_paused = true)]
async fn each_request_has_its_own_head_as_it_was_sent() {
    let mut bench = bench();
    let lines: String = (0..500).map(|index| format!("X-{index}:  1\t\r\n")).collect();
    let heads = [
        "GET /head?a#b HTTP/1.1\r\nHOST: a\r\nx-b: 1\r\nX-B:\t2 \r\n".to_owned(),
        format!("GET /head HTTP/1.1\r\nhost: wide\r\n{lines}"),
        "POST /head HTTP/1.1\r\ncontent-length: 3\r\nHost: body\r\n".to_owned(),
        "GET http://b/head HTTP/1.1\r\nhost: c\r\n".to_owned(),
    ];
    let pipelined = format!("{}\r\n{}\r\n{}\r\nabc\r\n{}\r\n", heads[0], heads[1], heads[2], heads[3]);
    bench.send(pipelined.as_bytes()).await;
    for head in &heads {
        bench.read_until(&format!("\r\n\r\n{head}")).await;
    }
    tokio::time::sleep(deadline::PARK * 2).await;
    // In pieces, after parking.
    for piece in ["\r\n", "GET /he", "ad HTTP/1.1\r\nA:", " b\r\nhost: d\r", "\n\r", "\n"] {
        bench.send(piece.as_bytes()).await;
        tokio::task::yield_now().await;
    }
    bench.read_until("\r\n\r\nGET /head HTTP/1.1\r\nA: b\r\nhost: d\r\n").await;
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

#[tokio::test(start_paused = true)]
async fn a_silent_client_and_a_slow_head_get_408() {
    for part in ["", "\r\n", "GET / HT"] {
        let mut bench = bench();
        bench.send(part.as_bytes()).await;
        let since = Instant::now();
        assert_eq!(bench.rest().await, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
        assert!(
            since.elapsed() >= bench.house.timeouts.head.get().unwrap(),
            "{part:?} after {:?}",
            since.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_does_not_earn_more_time() {
    let mut bench = bench();
    let since = Instant::now();
    let head = "GET /quick HTTP/1.1\r\nx-slow: ".bytes().chain(std::iter::repeat(b'x'));
    for byte in head {
        tokio::time::sleep(Duration::from_secs(5)).await;
        if bench.client.write_all(&[byte]).await.is_err() {
            break;
        }
    }
    assert!(since.elapsed() < bench.house.timeouts.head.get().unwrap() * 2);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_ends_in_silence_one_second_after_its_keep_alive() {
    let mut bench = bench();
    bench.send(GET).await;
    bench.read_until("\r\n\r\n1").await;
    let since = Instant::now();
    assert_eq!(bench.rest().await, "");
    assert!((5900..6200).contains(&since.elapsed().as_millis()), "{:?}", since.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_is_cut_off() {
    let mut bench = bench();
    let big = "x".repeat(1 << 15);
    for _ in 0..4 {
        bench
            .send(
                format!("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{big}", big.len())
                    .as_bytes(),
            )
            .await;
    }
    let since = Instant::now();
    bench.served.await.unwrap();
    assert!(since.elapsed() >= bench.house.timeouts.write, "after {:?}", since.elapsed());
}

#[tokio::test]
async fn stopping_ends_idle_and_silent_connections_at_once() {
    for sent in [&b""[..], GET, b"GET /qui"] {
        let mut bench = bench();
        bench.send(sent).await;
        if sent == GET {
            bench.read_until("\r\n\r\n1").await;
        }
        bench.stop.close(Instant::now() + Duration::from_secs(60));
        assert_eq!(bench.rest().await, "");
        bench.served.await.unwrap();
    }
}

#[tokio::test]
async fn stopping_lets_a_request_under_way_finish() {
    let mut bench = bench();
    bench.send(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nha").await;
    tokio::task::yield_now().await;
    bench.stop.close(Instant::now() + Duration::from_secs(60));
    tokio::task::yield_now().await;
    bench.send(b"lf").await;
    assert!(bench.rest().await.ends_with("\r\n\r\nhalf"));
}

#[tokio::test(start_paused = true)]
async fn closing_idle_connections_ends_those_that_were_answered_and_send_nothing() {
    for (answered, parked, then) in [
        (true, false, ""),
        (true, true, ""),
        (false, true, ""),
        (true, false, "GET /"),
        (false, false, "GET /"),
    ] {
        let mut bench = bench();
        if answered {
            bench.send(GET).await;
            bench.read_until("\r\n\r\n1").await;
        }
        bench.send(then.as_bytes()).await;
        tokio::time::sleep(if parked { deadline::PARK * 2 } else { deadline::PARK / 2 }).await;
        bench.stop.close_idle();
        tokio::time::sleep(deadline::PARK / 2).await;
        let ended = answered && then.is_empty();
        assert_eq!(bench.served.is_finished(), ended, "{answered} {parked} {then:?}");
        if !ended {
            // It is as good as before.
            bench.send(GET.strip_prefix(then.as_bytes()).unwrap()).await;
            bench.read_until("\r\n\r\n1").await;
        }
    }
}

#[tokio::test]
async fn closing_idle_connections_leaves_a_request_under_way_alone() {
    let mut bench = bench();
    bench.send(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nha").await;
    tokio::task::yield_now().await;
    bench.stop.close_idle();
    tokio::task::yield_now().await;
    bench.send(b"lf").await;
    bench.read_until("\r\n\r\nhalf").await;
    bench.send(GET).await;
    bench.read_until("\r\n\r\n1").await;
}

#[tokio::test]
async fn closing_all_connections_ends_calls_too_even_while_stopping() {
    for stops in [false, true] {
        for sent in ["", "GET /", "GET /stuck HTTP/1.1\r\nhost: a\r\n\r\n"] {
            let mut bench = bench();
            bench.send(sent.as_bytes()).await;
            tokio::task::yield_now().await;
            if stops {
                bench.stop.close(Instant::now() + Duration::from_secs(60));
                tokio::task::yield_now().await;
            }
            bench.stop.close_all();
            assert_eq!(bench.rest().await, "");
            bench.served.await.unwrap();
            if sent.contains("stuck") {
                bench.dropped.recv().await.unwrap();
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_count_from_when_they_are_changed() {
    let mut bench = bench();
    bench.send(GET).await;
    bench.read_until("\r\n\r\n1").await;
    bench.house.timeouts.keep_alive.set(60_000);
    bench.send(GET).await;
    bench.read_until("\r\n\r\n1").await;
    // The one that was waited for when it parked is over, the new one is not.
    tokio::time::sleep(Duration::from_secs(10)).await;
    bench.house.timeouts.keep_alive.set(0);
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(!bench.served.is_finished());
    bench.house.timeouts.head.set(1000);
    bench.send(b"GET / HT").await;
    let since = Instant::now();
    assert!(bench.rest().await.starts_with("HTTP/1.1 408 "));
    assert!((1000..1100).contains(&since.elapsed().as_millis()), "{:?}", since.elapsed());
}
