use super::*;

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
    // In reads that hold no byte of a body.
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
