//! What hyper is shown, and what is kept of what it is not shown.

use super::{Guard, read};

/// What is left of `sent` for hyper, in reads of `length` bytes.
fn shown(sent: &[u8], length: usize) -> String {
    let mut guard = Guard::new();
    let left = sent.chunks(length).flat_map(|bytes| read(&mut guard, bytes).unwrap());
    left.map(char::from).collect()
}

#[track_caller]
fn is_shown(sent: &str, expected: &str) {
    for length in 1..=sent.len() {
        assert_eq!(shown(sent.as_bytes(), length), expected, "in reads of {length}");
    }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

#[test]
fn ordinary_requests_are_shown_as_they_are() {
    for request in [
        "POST /a/b.c?d=%20&e='[]{}|\\^'#f HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: keep-alive, x\r\n\r\n<\">",
        "GET / HTTP/1.1\r\nHost: a<b\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"`\"\r\n`\r\n0\r\n\r\n",
    ] {
        is_shown(request, request);
    }
}

#[test]
fn every_target_becomes_a_uri_of_the_same_length() {
    let odd = |byte: u8| format!("/a{0}?b{0}#c{0}", char::from(byte));
    let any = (b'!'..=b'~').map(odd);
    let whole = [
        "*",
        "*x",
        "http://h:x/?q",
        "http://",
        "http:///",
        "http://u@h@/",
        "ws://[%41?<",
        "//",
        "//:99999/x",
    ];
    for target in any.chain(whole.map(str::to_owned)) {
        let request = get(&target);
        let shown = shown(request.as_bytes(), request.len());
        let (_, rest) = shown.split_once(' ').unwrap();
        let (uri, _) = rest.split_once(' ').unwrap();
        assert_eq!(uri.len(), target.len());
        assert!(uri.starts_with('/') && uri.parse::<http::Uri>().is_ok(), "{target} as {uri}");
        is_shown(&request, &shown);
    }
    is_shown(&get("/a<b>`\"?\"<"), &get("/axbxxx?xx"));
    is_shown(&get("http://h:x/a"), &get("/ttp://h:x/a"));
}

#[test]
fn an_odd_target_is_noted() {
    for (target, is_odd) in
        [("/a?b#c", false), ("/!#", false), ("/`", true), ("*", true), ("http://h/", true)]
    {
        let mut guard = Guard::new();
        read(&mut guard, get(target).as_bytes()).unwrap();
        let head = guard.next_head().unwrap();
        assert_eq!(head.odd_target, is_odd, "{target}");
        assert!(get(target).as_bytes().starts_with(&head.raw), "{target}");
    }
}

#[test]
fn what_1_0_means_to_node_is_said_in_1_1() {
    is_shown(
        "POST / HTTP/1.0\r\nConnection: close, keep-alive\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\nConnection: xxxxxxxxxxxxxxxxx\r\nExpect: xxxxxxxxxxxx\r\nContent-Length: 1\r\n\r\na",
    );
    is_shown(
        &get("/").replace("Host: a", "Connection: close\t\r\nHost: a"),
        &get("/").replace("Host: a", "Connection: closex\r\nHost: a"),
    );
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
fn trailers_are_kept_and_not_shown() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let lines = "A: b\r\nx-c:\t<d> \r\nConnection: x\ty\r\n";
    let next = get("/");
    let sent = format!("{head}1\r\na\r\n0\r\n{lines}\r\n{next}");
    is_shown(&sent, &format!("{head}1\r\na\r\n0\r\n\r\n{next}"));
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

#[test]
fn lines_that_node_leaves_out_count_for_nothing() {
    let many = "a:\r\n".repeat(1000);
    let expect =
        format!("POST / HTTP/1.1\r\nHost: a\r\n{many}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    is_shown_at_once(&expect, &expect.replace("100-continue", "xxxxxxxxxxxx"));
    let mut guard = Guard::new();
    read(&mut guard, expect.as_bytes()).unwrap();
    assert_eq!(guard.next_head().unwrap().fields, 1003);
}

fn is_shown_at_once(sent: &str, expected: &str) {
    assert_eq!(shown(sent.as_bytes(), sent.len()), expected);
}
