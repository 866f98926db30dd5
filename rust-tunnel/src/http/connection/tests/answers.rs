use super::*;

#[tokio::test]
async fn a_body_is_not_over_because_what_follows_is_refused() {
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n";
    for follows in [&b"456789\0"[..], b"456789GET / HTTP/1.1\r\n\r\n"] {
        let mut bench = bench();
        bench.send(format!("{head}0123").as_bytes()).await;
        tokio::task::yield_now().await;
        bench.send(follows).await;
        assert!(bench.rest().await.starts_with("HTTP/1.1 400 "), "nothing is answered before that");
    }
}

#[tokio::test]
async fn nothing_is_said_inside_of_an_answer() {
    let mut bench = bench();
    bench.send(b"POST /stream HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n").await;
    bench.read_until("3\r\none\r\n").await;
    bench.send(b"garbage").await;
    assert_eq!(bench.rest().await, "");
}

#[tokio::test]
async fn who_wants_to_close_is_closed_whatever_the_answer_says() {
    for request in
        ["GET /bare HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "GET /bare HTTP/1.0\r\n\r\n"]
    {
        let mut bench = bench();
        bench.send(request.as_bytes()).await;
        assert!(bench.rest().await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn no_interim_answer_is_the_last() {
    let mut bench = bench();
    bench.send(b"GET /final-103 HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(bench.rest().await.starts_with("HTTP/1.1 500 "));
}

#[tokio::test]
async fn a_body_that_is_asked_for_is_let_come_before_the_answer() {
    let mut bench = bench();
    let head = "POST /asks HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n";
    bench.send(head.as_bytes()).await;
    let answer = bench.read_until("\r\n\r\n!").await;
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn a_body_in_small_pieces_is_read_to_its_end() {
    let mut bench = bench();
    bench.send(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 26\r\n\r\n").await;
    for letter in 'a'..='z' {
        bench.send(&[letter as u8]).await;
        tokio::task::yield_now().await;
    }
    bench.read_until("\r\n\r\nabcdefghijklmnopqrstuvwxyz").await;
}
