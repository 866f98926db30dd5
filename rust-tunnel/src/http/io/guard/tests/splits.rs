//! Properties: no input panics, and where a read ends decides nothing.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Guard, Phase, Refusal, read};

/// Whole requests, of which a guard takes any number in a row.
const WHOLE: [&[u8]; 8] = [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\nPOST /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 3 \r\n\r\nabc",
    b"POST http://u@h/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3;a=\"b\\\"\";c\r\nabc\r\n0\r\nX: y\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nExpect: x 100-continue\r\n\r\n",
    b"M-SEARCH * HTTP/1.1\r\nHost:\r\nConnection: closed, keep-alive\r\n\r\n",
    b"PUT /#a HTTP/1.1\r\nA:\t\xe9 \r\nHost: a\r\nContent-Length: 0\r\n\r\n",
];

/// Bits which make a wrong or an unfinished stream of it.
const BITS: [&[u8]; 8] = [
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close \r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: a\r\n",
    b"CONNECT h:1 HTTP/1.1\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 1\r\n",
    b"GET / HTTP/1.1\r\nExpect: 100-continued\r\nHost: a\r\n\r\n",
    b"1;a\r\n",
    b"\r\n",
];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        20 => select(&WHOLE[..]).prop_map(<[u8]>::to_vec),
        5 => select(&BITS[..]).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..4),
        1 => (1usize..20_000).prop_map(|n| b"v".repeat(n)),
    ]
}

/// A few pieces in a row, sometimes with a byte changed.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    (vec(piece(), 1..6), vec((any::<Index>(), any::<u8>()), 0..2)).prop_map(|(pieces, changes)| {
        let mut bytes = pieces.concat();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

/// The verdict and the end phase when the bytes come in reads that end at `cuts`, and how many bytes
/// of the whole stream are clean before the refused message.
fn in_reads(bytes: &[u8], cuts: &[Index]) -> (Result<Phase, Refusal>, usize) {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut guard = Guard::new();
    let mut from = 0;
    for end in ends {
        if let Err(refused) = read(&mut guard, &bytes[from..end]) {
            assert!(refused.clean <= end - from);
            assert_eq!(
                read(&mut guard, b"more").map_err(|again| (again.refusal, again.clean)),
                Err((refused.refusal, 0))
            );
            return (Err(refused.refusal), from + refused.clean);
        }
        from = end;
    }
    (Ok(guard.phase()), from)
}

/// The heads that are complete when the bytes have come in reads that end at `cuts`.
fn heads(bytes: &[u8], cuts: &[Index]) -> Vec<Bytes> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut guard = Guard::new();
    let mut from = 0;
    let mut heads = Vec::new();
    for end in ends {
        if read(&mut guard, &bytes[from..end]).is_err() {
            break;
        }
        // Every other read leaves them where they are.
        if end % 2 == 0 {
            heads.extend(std::iter::from_fn(|| guard.next_head()).map(|head| head.raw));
        }
        from = end;
    }
    heads.extend(std::iter::from_fn(|| guard.next_head()).map(|head| head.raw));
    heads
}

/// What is left of a whole request when its body, its empty line and what came before it are cut off.
fn head(request: &[u8]) -> &[u8] {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 2;
    request[..end].trim_ascii_start()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_a_verdict(bytes in vec(any::<u8>(), 0..200)) {
        let _ = in_reads(&bytes, &[]);
    }

    #[test]
    fn reads_do_not_change_the_verdict(bytes in stream(), cuts in vec(any::<Index>(), 0..12)) {
        let (whole, _) = in_reads(&bytes, &[]);
        let (split, _) = in_reads(&bytes, &cuts);
        prop_assert_eq!(whole, split);
    }

    #[test]
    fn reads_do_not_change_the_heads(bytes in stream(), cuts in vec(any::<Index>(), 0..12)) {
        prop_assert_eq!(heads(&bytes, &[]), heads(&bytes, &cuts));
    }

    #[test]
    fn heads_are_as_they_were_sent(requests in vec(select(&WHOLE[..]), 0..8), cuts in vec(any::<Index>(), 0..12)) {
        let expected: Vec<&[u8]> = requests.iter().map(|request| head(request)).collect();
        prop_assert_eq!(heads(&requests.concat(), &cuts), expected);
    }

    #[test]
    fn what_is_clean_is_accepted_and_whole(bytes in stream()) {
        if let (Err(_), clean) = in_reads(&bytes, &[]) {
            let (verdict, _) = in_reads(&bytes[..clean], &[]);
            prop_assert_eq!(verdict, Ok(Phase::Idle));
        }
    }
}

#[test]
fn whole_requests_are_whole() {
    for request in WHOLE {
        assert_eq!(in_reads(request, &[]).0, Ok(Phase::Idle), "{}", request.escape_ascii());
    }
}
