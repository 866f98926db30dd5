//! What the table of verdicts cannot show: phases, clean bytes, answers, size; and the rows of the notes by name.

use super::{Guard, Phase, Refusal, Refused, inspect, read, refusal};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn others_are_laxer_than_node_here() {
    let rows: &[(&str, &[u8])] = &[
        ("CL + TE", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("TE + CL", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
        (
            "TE twice",
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        ("CL twice", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"),
        ("bare LF", b"GET / HTTP/1.1\nHost: a\n\n"),
        ("blank after chunk size", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\n"),
        ("LF in extension", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\n\r\n"),
        ("0x chunk size", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n"),
        (
            "chunk overflow",
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        ),
        ("unknown method", b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("non-ASCII target", b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"),
    ];
    for (name, bytes) in rows {
        assert_eq!(refusal(bytes), Some(Refusal::BadRequest), "{name}");
    }
    assert_eq!(refusal(b"GET / HTTP/1.1\r\n\r\n"), Some(Refusal::MissingHost));
    assert_eq!(refusal(b"GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n"), Some(Refusal::UnknownExpectation));
}

#[test]
fn phases_follow_the_framing() {
    let chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let sized = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
    let rows: &[(&[&[u8]], Phase)] = &[
        (&[b""], Phase::Idle),
        (&[GET], Phase::Idle),
        (&[b"\r\n"], Phase::Head),
        (&[GET, b"\r\n"], Phase::Head),
        (&[b"G"], Phase::Head),
        (&[b"GET / HTTP/1.1\r\nHost: a\r\n\r"], Phase::Head),
        (&[sized], Phase::Body),
        (&[sized, b"a"], Phase::Body),
        (&[sized, b"ab"], Phase::Idle),
        (&[sized, b"abG"], Phase::Head),
        (&[chunked], Phase::Body),
        (&[chunked, b"0\r\n"], Phase::Body),
        (&[chunked, b"0\r\nA: b\r\n\r"], Phase::Body),
        (&[chunked, b"0\r\nA: b\r\n\r\n"], Phase::Idle),
        (&[b"GET / HTTP/1.0\r\n\r\n", b"\r\n"], Phase::Idle),
    ];
    for (reads, phase) in rows {
        let mut guard = Guard::new();
        assert!(reads.iter().all(|bytes| read(&mut guard, bytes).is_ok()));
        assert_eq!(guard.phase(), *phase, "{:?}", reads.concat().escape_ascii().to_string());
    }
}

#[test]
fn clean_bytes_end_where_the_refused_message_begins() {
    let bad = b"GET /\n";
    let refused = |clean| Err(Refused { refusal: Refusal::BadRequest, clean });
    assert_eq!(inspect(bad), refused(0));
    assert_eq!(inspect(&[GET, bad].concat()), refused(GET.len()));
    assert_eq!(inspect(&[GET, GET, b"\r\n", bad].concat()), refused(2 * GET.len()));

    let mut begun_before = Guard::new();
    assert!(read(&mut begun_before, &[GET, b"GET"].concat()).is_ok());
    assert_eq!(read(&mut begun_before, b" /\n"), refused(0).map(|_| vec![]));

    let closing = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(inspect(&[closing, GET].concat()), refused(closing.len()));

    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(inspect(&[GET, head, b"1\r\nab"].concat()), refused(GET.len()));
}

#[test]
fn a_refusal_stays() {
    let mut guard = Guard::new();
    let first = read(&mut guard, b"\0");
    assert_eq!(first, read(&mut guard, GET));
    assert!(first.is_err());
}

#[test]
fn known_words_are_found_wherever_a_read_ends() {
    let bytes = b"POST / HTTP/1.1\r\nhOST: a\r\nTransfer-Encoding: gzip, Chunked\r\nConnection: x, Close\r\n\r\n0\r\n\r\n";
    for cut in 0..bytes.len() {
        let (first, second) = bytes.split_at(cut);
        let mut guard = Guard::new();
        assert!(read(&mut guard, first).is_ok());
        assert!(read(&mut guard, second).is_ok());
        assert_eq!(guard.phase(), Phase::Idle);
        assert!(read(&mut guard, GET).is_err(), "the connection is to be closed");
    }
}

#[test]
fn answers_are_whole_and_close() {
    for refusal in [
        Refusal::BadRequest,
        Refusal::HeadTooLarge,
        Refusal::ExtensionsTooLarge,
        Refusal::MissingHost,
        Refusal::UnknownExpectation,
    ] {
        let answer = std::str::from_utf8(refusal.response()).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {} ", refusal.status().unwrap())));
        assert!(answer.contains("\r\nConnection: close\r\n") && answer.ends_with("\r\n\r\n"));
    }
    assert_eq!((Refusal::Connect.response(), Refusal::Connect.status()), (&b""[..], None));
}

#[test]
fn a_guard_is_small() {
    assert!(size_of::<Guard>() <= 72, "{}", size_of::<Guard>());
}
