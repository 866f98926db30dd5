mod batches;
mod forms;
mod lent;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::BufMut;
use serde_json::json;

use super::backend::MAX_WAITING_REPORTS;
use super::*;
use crate::backend::Backend;
use crate::backend::fake::form;
use crate::protocol::{
    Body, Call, Code, Content, Head, Interim, Level, Part, Piece, Reply, Report, RequestId, Target,
    TargetKind, Trailers,
};

#[derive(Default)]
struct CountingBell(AtomicUsize);

impl Bell for CountingBell {
    fn ring(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

const ABANDONED: Duration = Duration::from_secs(30);

fn bridge(max: usize) -> Arc<Bridge<CountingBell>> {
    let terms = Terms {
        max_in_flight: max,
        inline: 1 << 20,
        abandoned: ABANDONED,
        lost: BackendError::WorkerLost,
        unsent: BackendError::NotSent,
    };
    Arc::new(Bridge::new(CountingBell::default(), terms))
}

fn call(id: &str) -> Call {
    let head = Head {
        request_id: RequestId::accept_or_generate([]),
        raw: Bytes::from_static(b"POST /__runner/task/x HTTP/1.1\r\n"),
        trailers: Trailers::default(),
        peers: Arc::default(),
        authenticated: true,
        has_context: false,
    };
    Call {
        interim: Interim::default(),
        target: Target { kind: TargetKind::Task, id: id.into() },
        head,
        admitted: false,
        content: Content::Json(Bytes::from_static(b"{}")),
    }
}

fn start(bridge: &Arc<Bridge<CountingBell>>) -> tokio::task::JoinHandle<Result<Reply, BackendError>> {
    let bridge = bridge.clone();
    tokio::spawn(async move { bridge.call(call("x")).await })
}

/// Everything that waits, as kinds and ids.
fn taken(bridge: &Bridge<CountingBell>) -> Vec<(Kind, u64, Vec<u8>)> {
    let mut batch = Batch::default();
    bridge.take(&mut batch);
    let frames = batch.frames().map(|parts| {
        let bytes = parts.concat();
        let frame = frame::split(&bytes, usize::MAX).unwrap().unwrap().0;
        // A cancel names its call in the id field.
        (frame.kind, frame.id, frame.payload.to_vec())
    });
    frames.collect()
}

fn reply(id: u64, status: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::put(&mut bytes, Kind::Reply, 0, id, body);
    (&mut bytes[6..8]).put_u16_le(status);
    bytes
}

#[tokio::test]
async fn many_calls_ring_once_and_each_gets_its_own_answer() {
    let bridge = bridge(10);
    let calls = [start(&bridge), start(&bridge), start(&bridge)];
    tokio::task::yield_now().await;
    assert_eq!(bridge.bell().0.load(Ordering::Relaxed), 1);
    let ids: Vec<u64> = taken(&bridge).iter().map(|(_, id, _)| *id).collect();
    for (index, id) in ids.iter().enumerate().rev() {
        let bytes = reply(*id, 200, format!("{index}").as_bytes());
        // Half a frame is left for the next time.
        assert_eq!(bridge.accept(&bytes[..10], 100), Ok(0));
        assert_eq!(bridge.accept(&bytes, 100), Ok(bytes.len()));
    }
    for (index, call) in calls.into_iter().enumerate() {
        let Body::Complete(body) = call.await.unwrap().unwrap().body else { panic!("a complete body") };
        assert_eq!(body, index.to_string());
    }
    assert_eq!(bridge.stats().in_flight, 0);
}

#[tokio::test]
async fn an_answer_can_have_a_head_of_its_own() {
    for (payload, head) in [
        (&b"\x09\0\0\0Fine\na:b\nbody"[..], Some(("b", &b"body"[..]))),
        (b"\x04\0\0\0\na:c", Some(("c", b""))),
        (b"\x05\0\0\0\na:c", None),
        (b"\x05\0", None),
    ] {
        let bridge = bridge(1);
        let call = start(&bridge);
        tokio::task::yield_now().await;
        let mut bytes = Vec::new();
        frame::put(&mut bytes, Kind::Reply, frame::HEADERS, taken(&bridge)[0].1, payload);
        (&mut bytes[6..8]).put_u16_le(201);
        bridge.accept(&bytes, 100).unwrap();
        match (call.await.unwrap(), head) {
            (Ok(Reply { status, headers, body: Body::Complete(body), .. }), Some((value, text))) => {
                assert_eq!((status.as_u16(), headers["a"].to_str().unwrap(), &body[..]), (201, value, text));
            }
            (answer, None) => assert_eq!(answer.unwrap_err(), BackendError::Protocol),
            (answer, _) => panic!("{answer:?}"),
        }
    }
}

#[tokio::test]
async fn interim_answers_go_out_until_the_answer_begins() {
    let bridge = bridge(1);
    let (asking, calling) = (bridge.clone(), call("x"));
    let interim = calling.interim.clone();
    let running = tokio::spawn(async move { asking.call(calling).await });
    tokio::task::yield_now().await;
    let id = taken(&bridge)[0].1;
    let hint = b"HTTP/1.1 103 Early Hints\r\n\r\n";
    let mut frames = Vec::new();
    frame::put(&mut frames, Kind::Interim, 0, id, hint);
    bridge.accept(&frames, 100).unwrap();
    assert_eq!(interim.take(), hint);
    let mut begin = Vec::new();
    frame::put(&mut begin, Kind::Begin, frame::HEADERS, id, &1_u32.to_le_bytes());
    begin.put_u8(b'\n');
    begin[0] += 1;
    begin[6] = 200;
    bridge.accept(&begin, 100).unwrap();
    bridge.accept(&frames, 100).unwrap();
    assert!(interim.take().is_empty());
    assert_eq!(running.await.unwrap().unwrap().status, 200);
}

#[tokio::test]
async fn a_full_table_refuses_and_a_cancelled_call_keeps_its_place_until_it_settles() {
    let bridge = bridge(1);
    let first = start(&bridge);
    tokio::task::yield_now().await;
    let id = taken(&bridge)[0].1;
    assert_eq!(bridge.call(call("y")).await.unwrap_err(), BackendError::Overloaded);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(taken(&bridge), [(Kind::Cancel, id, Vec::new())]);
    assert_eq!(bridge.call(call("y")).await.unwrap_err(), BackendError::Overloaded);
    bridge.accept(&reply(id, 200, b"late"), 100).unwrap();
    assert_eq!(bridge.stats().in_flight, 0);
}

#[tokio::test]
async fn a_call_cancelled_before_it_was_taken_never_arrives() {
    let bridge = bridge(1);
    let call = start(&bridge);
    tokio::task::yield_now().await;
    call.abort();
    let _ = call.await;
    // Its bytes still wait, and so does its place: a flood of resets can't grow the queue.
    assert_eq!(bridge.stats().in_flight, 1);
    assert_eq!(taken(&bridge), []);
    assert_eq!(bridge.stats().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_settles_is_abandoned() {
    let bridge = bridge(1);
    let reaper = {
        let bridge = bridge.clone();
        tokio::spawn(async move { bridge.reap().await })
    };
    let call = start(&bridge);
    tokio::task::yield_now().await;
    taken(&bridge);
    call.abort();
    let _ = call.await;
    tokio::time::sleep(ABANDONED / 2).await;
    assert_eq!(bridge.stats(), CallStats { in_flight: 1, abandoned: 0 });
    tokio::time::sleep(ABANDONED).await;
    assert_eq!(bridge.stats(), CallStats { in_flight: 0, abandoned: 1 });
    reaper.abort();
}

#[tokio::test]
async fn an_answer_to_an_older_call_does_not_reach_a_newer_one_in_its_place() {
    let bridge = bridge(1);
    let old = start(&bridge);
    tokio::task::yield_now().await;
    let old_id = taken(&bridge)[0].1;
    bridge.accept(&reply(old_id, 200, b"old"), 100).unwrap();
    old.await.unwrap().unwrap();
    let new = start(&bridge);
    tokio::task::yield_now().await;
    let new_id = taken(&bridge)[0].1;
    assert_eq!(old_id as u32, new_id as u32, "the same place in the table");
    bridge.accept(&reply(old_id, 200, b"again"), 100).unwrap();
    assert!(!new.is_finished());
    bridge.accept(&reply(new_id, 200, b"new"), 100).unwrap();
    let Body::Complete(body) = new.await.unwrap().unwrap().body else { panic!("a complete body") };
    assert_eq!(body, "new");
}

#[tokio::test]
async fn closing_tells_every_caller_and_the_other_side() {
    let bridge = bridge(2);
    let waiting = start(&bridge);
    tokio::task::yield_now().await;
    taken(&bridge);
    let untaken = start(&bridge);
    tokio::task::yield_now().await;
    bridge.close("why");
    bridge.close("again");
    assert_eq!(waiting.await.unwrap().unwrap_err(), BackendError::WorkerLost);
    assert_eq!(untaken.await.unwrap().unwrap_err(), BackendError::NotSent);
    assert_eq!(bridge.call(call("y")).await.unwrap_err(), BackendError::NotSent);
    assert_eq!(taken(&bridge), [(Kind::Closed, 0, b"why".to_vec())]);
}

#[test]
fn reports_are_bounded_and_the_lost_ones_are_counted() {
    let bridge = bridge(1);
    let report = || Report { level: Level::Warn, message: "exposure.auth.failure", data: json!({}) };
    for _ in 0..MAX_WAITING_REPORTS + 5 {
        bridge.report(report());
    }
    assert_eq!(taken(&bridge).len(), MAX_WAITING_REPORTS);
    bridge.report(report());
    let (_, _, record) = taken(&bridge).pop().unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(
        record,
        json!({ "level": "warn", "message": "exposure.auth.failure", "data": { "droppedBefore": 5 } })
    );
}
