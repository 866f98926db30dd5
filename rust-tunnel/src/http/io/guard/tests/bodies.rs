//! What is left of requests, and what is told of them.

use super::super::{Framing, SentHead};
use super::{Guard, read};

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

fn only_head(request: &str) -> SentHead {
    let mut guard = Guard::new();
    read(&mut guard, request.as_bytes()).unwrap();
    guard.next_head().unwrap()
}

/// What is left of `sent` in reads of `length` bytes, with the length of each body.
fn bodies(sent: &[u8], length: usize) -> (String, Vec<usize>) {
    let mut guard = Guard::new();
    let left: Vec<u8> = sent.chunks(length).flat_map(|bytes| read(&mut guard, bytes).unwrap()).collect();
    let mut lengths = Vec::new();
    while guard.next_head().is_some() {
        let (arrived, is_over) = guard.body();
        assert!(is_over);
        guard.take_body(arrived);
        assert_eq!(guard.body(), (0, true));
        guard.end_body();
        lengths.push(arrived);
    }
    (left.into_iter().map(char::from).collect(), lengths)
}

#[test]
fn bodies_are_left_and_nothing_else() {
    let sized = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n<\">";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
        1;a=\"`\"\r\n`\r\n00a\r\n0123456789\r\n0\r\nA: b\r\n\r\n";
    let sent = [sized, &get("/"), chunked, &get("/"), sized].concat();
    for length in 1..=sent.len() {
        let (left, lengths) = bodies(sent.as_bytes(), length);
        assert_eq!((left.as_str(), &lengths[..]), ("<\">`0123456789<\">", &[3, 0, 11, 0, 3][..]), "{length}");
    }
}

#[test]
fn a_body_tells_how_far_it_has_come() {
    let mut guard = Guard::new();
    read(&mut guard, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n").unwrap();
    assert_eq!((guard.body(), guard.has_head()), ((0, false), true));
    let head = guard.next_head().unwrap();
    assert_eq!((head.framing, guard.has_head(), guard.waiting()), (Framing::Length(3), false, 0));
    read(&mut guard, b"ab").unwrap();
    assert_eq!(guard.body(), (2, false));
    guard.take_body(2);
    read(&mut guard, b"cGET").unwrap();
    assert_eq!((guard.body(), guard.waiting()), ((1, true), 3));
}

#[test]
fn an_odd_target_is_noted() {
    for (target, is_odd) in
        [("/a?b#c", false), ("/!#", false), ("/`", true), ("*", true), ("http://h/", true)]
    {
        let head = only_head(&get(target));
        assert_eq!(head.odd_target, is_odd, "{target}");
        assert!(get(target).as_bytes().starts_with(&head.raw), "{target}");
    }
}

#[test]
fn what_the_client_waits_for_is_told() {
    for (version, lines, expects) in [
        ("1.1", "Expect: 100-Continue\r\n", true),
        ("1.1", "A: b\r\n", false),
        // There it means nothing.
        ("1.0", "Expect: 100-continue\r\n", false),
    ] {
        let head =
            only_head(&format!("POST / HTTP/{version}\r\nHost: a\r\n{lines}Content-Length: 1\r\n\r\n"));
        assert_eq!(head.expects_continue, expects, "{version} {lines}");
    }
    let many = "a:\r\n".repeat(1000);
    let head = only_head(&format!(
        "POST / HTTP/1.1\r\nHost: a\r\n{many}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    ));
    assert!(!head.expects_continue, "lines that Node leaves out count for nothing");
}

#[test]
fn whether_a_connection_stays_is_nodes_decision() {
    for (version, line, closes) in [
        ("1.1", "A: b", false),
        ("1.1", "Connection: x, Close", true),
        ("1.1", "Connection: close\t", false),
        ("1.1", "Proxy-Connection: close", true),
        ("1.0", "A: b", true),
        ("1.0", "Connection: keep-alive, close", false),
        ("1.0", "Proxy-Connection: Keep-Alive", false),
        ("1.0", "Connection: keep-alive\t", true),
    ] {
        let mut guard = Guard::new();
        read(&mut guard, format!("GET / HTTP/{version}\r\nHost: a\r\n{line}\r\n\r\n").as_bytes()).unwrap();
        let head = guard.next_head().unwrap();
        assert_eq!((head.closes, head.http10), (closes, version == "1.0"), "{version} {line}");
    }
}

#[test]
fn trailers_are_kept_apart() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let lines = "A: b\r\nx-c:\t<d> \r\nConnection: x\ty\r\n";
    let sent = format!("{head}1\r\na\r\n0\r\n{lines}\r\n{}", get("/"));
    for length in 1..=sent.len() {
        let mut guard = Guard::new();
        sent.as_bytes().chunks(length).for_each(|bytes| drop(read(&mut guard, bytes).unwrap()));
        let heads: Vec<_> = std::iter::from_fn(|| guard.next_head()).collect();
        let trailers: Vec<_> = heads.iter().map(|head| head.trailers.lines()).collect();
        assert_eq!(trailers, [lines.as_bytes(), b""]);
    }
}

#[test]
fn trailers_come_when_the_head_is_long_gone() {
    let mut guard = Guard::new();
    read(&mut guard, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n").unwrap();
    let head = guard.next_head().unwrap();
    assert!(head.trailers.lines().is_empty());
    read(&mut guard, b"A: b\r\n\r\n").unwrap();
    assert_eq!(&head.trailers.lines()[..], b"A: b\r\n");
}
