use http::{HeaderValue, Response};

use super::*;

const ALL: Asked = Asked { is_head: false, http10: false };

/// What is written for a response whose body comes in these pieces, and has this length if it is known; without the date.
fn written(
    response: Response<()>,
    length: Option<u64>,
    asked: Asked,
    pieces: &[&'static str],
) -> (String, bool) {
    let (head, ()) = response.into_parts();
    let mut out = Outgoing::new();
    let mut encoder = Encoder::begin(&head, length, asked, out.text());
    for piece in pieces {
        encoder.put(Bytes::from_static(piece.as_bytes()), &mut out);
    }
    let trailers = HeaderMap::from_iter([
        (HeaderName::from_static("x-sum"), HeaderValue::from_static("1")),
        (HeaderName::from_static("x-other"), HeaderValue::from_static("2")),
        (header::CONTENT_LENGTH, HeaderValue::from_static("3")),
    ]);
    let is_whole = encoder.end(&trailers, out.text()).is_ok();
    let text = String::from_utf8(out.text().to_vec()).unwrap();
    let lines = text.split_inclusive("\r\n").filter(|line| !line.starts_with("date: "));
    (lines.collect(), is_whole)
}

fn response(status: u16, lines: &[(&'static str, &'static str)]) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in lines {
        response.headers_mut().append(*name, HeaderValue::from_static(value));
    }
    response
}

#[test]
fn a_whole_body_has_its_length() {
    let lines = [("x-a", "1"), ("x-a", "2"), ("content-length", "9"), ("transfer-encoding", "gzip")];
    let (text, is_whole) = written(response(200, &lines), Some(10), ALL, &["0123456789"]);
    assert_eq!(text, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nx-a: 1\r\nx-a: 2\r\n\r\n0123456789");
    assert!(is_whole);
    let (text, _) = written(response(700, &[]), Some(0), ALL, &[]);
    assert_eq!(text, "HTTP/1.1 700 unknown\r\ncontent-length: 0\r\n\r\n");
    let (text, _) = written(response(200, &[]), Some(18_446_744_073_709_551_615), ALL, &[]);
    assert!(text.contains("content-length: 18446744073709551615\r\n"));
}

#[test]
fn what_may_have_no_body_has_none() {
    let head = Asked { is_head: true, ..ALL };
    for (status, asked, length, written_length) in [
        (200, head, Some(3), "content-length: 3\r\n"),
        (200, head, Some(0), ""),
        (200, head, None, ""),
        (204, ALL, Some(3), ""),
        (204, ALL, None, ""),
        (304, ALL, None, ""),
    ] {
        let (text, is_whole) = written(response(status, &[]), length, asked, &["abc"]);
        let (_, rest) = text.split_once("\r\n").unwrap();
        assert_eq!((rest, is_whole), (&*format!("{written_length}\r\n"), true), "{status} {length:?}");
    }
}

#[test]
fn pieces_are_chunks_with_trailers_behind_them() {
    let announced = response(200, &[("trailer", "X-Sum"), ("trailer", "x-later")]);
    let (text, is_whole) = written(announced, None, ALL, &["one", "", "sixteen bytes!!!"]);
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: X-Sum\r\ntrailer: x-later\r\n\r\n";
    // But for those that would be taken for another end.
    let body = "3\r\none\r\n10\r\nsixteen bytes!!!\r\n0\r\nx-sum: 1\r\nx-other: 2\r\n\r\n";
    assert_eq!((text.as_str(), is_whole), (&*[head, body].concat(), true));
}

#[test]
fn a_length_that_is_said_is_kept_to() {
    let said = || response(200, &[("content-length", "4")]);
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n";
    for (pieces, body, whole) in
        [(&["ab", "cd"][..], "abcd", true), (&["abc", "def"], "abcd", true), (&["abc"], "abc", false)]
    {
        assert_eq!(written(said(), None, ALL, pieces), ([head, body].concat(), whole));
    }
}

#[test]
fn in_1_0_the_end_of_the_connection_is_the_end() {
    let old = Asked { http10: true, ..ALL };
    let (text, is_whole) = written(response(200, &[]), None, old, &["a", "b"]);
    assert_eq!((text.as_str(), is_whole), ("HTTP/1.1 200 OK\r\n\r\nab", true));
}
