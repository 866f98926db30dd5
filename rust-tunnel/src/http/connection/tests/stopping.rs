use super::*;

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
