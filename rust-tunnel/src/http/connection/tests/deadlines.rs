use super::*;

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

#[tokio::test(start_paused = true)]
async fn each_of_several_heads_has_its_own_time() {
    let mut bench = bench();
    bench.send(b"GET /qui").await;
    // Every read ends inside of the next head, for longer than one of them may take.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(40)).await;
        bench.send(b"ck HTTP/1.1\r\nhost: a\r\n\r\nGET /qui").await;
        bench.read_until("\r\n\r\n1").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_sends_wakes_nobody() {
    let mut bench = bench();
    for piece in ["POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n", "h", "a"] {
        bench.send(piece.as_bytes()).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let parks = tokio::runtime::Handle::current().metrics();
    let before = parks.worker_park_count(0);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let woken = parks.worker_park_count(0) - before;
    assert!(woken < 10, "{woken} times");
    bench.send(b"lf").await;
    bench.read_until("\r\n\r\nhalf").await;
}
