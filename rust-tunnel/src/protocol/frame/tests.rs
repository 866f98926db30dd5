mod golden;
mod reads;

use bytes::Bytes;
use proptest::prelude::*;

use super::super::RequestId;
use super::*;

const MAX: usize = 1 << 20;

fn head() -> Head {
    let trailers = crate::protocol::Trailers::expected();
    trailers.set(Bytes::from_static(b"X-T: 2\r\n"));
    Head {
        request_id: RequestId::accept_or_generate([&b"id-1"[..]]),
        raw: Bytes::from_static(b"POST /__runner/task/add?x=1#f HTTP/1.1\r\nX-A: 1\r\nx-a:\t\xE9 \r\n"),
        trailers,
        peers: "127.0.0.1 51234 ::1 3000".into(),
        authenticated: true,
        has_context: true,
    }
}

fn call(body: &[u8]) -> Vec<u8> {
    let target = Target { kind: TargetKind::Event, id: "app.é".into() };
    let mut bytes = Vec::new();
    let flags = call_flags(true, &Content::Json(Bytes::copy_from_slice(body)), usize::MAX);
    put_call(&mut bytes, 7, &target, &head(), flags, body.len());
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn what_was_put_is_split_off_again() {
    let mut bytes = Vec::new();
    put(&mut bytes, Kind::Cancel, 0, 1 << 40, b"");
    put(&mut bytes, Kind::AllowedOrigin, PRESENT, 2, b"https://a.example");
    let (first, rest) = split(&bytes, MAX).unwrap().unwrap();
    assert_eq!(first, Frame { kind: Kind::Cancel, flags: 0, status: 0, id: 1 << 40, payload: b"" });
    let (second, rest) = split(rest, MAX).unwrap().unwrap();
    assert_eq!(second.payload, b"https://a.example");
    assert_eq!(split(rest, MAX), Ok(None));
}

#[test]
fn nonsense_is_an_error() {
    assert_eq!(split(&[11, 0, 0, 0], MAX), Err(FrameError::Length(11)));
    assert_eq!(split(&[12, 0, 0, 0], MAX), Ok(None));
    assert_eq!(split(&[12, 0, 0, 0], 11), Err(FrameError::Length(12)));
    assert_eq!(split(&[255, 255, 255, 255], MAX), Err(FrameError::Length(u32::MAX)));
    let mut bytes = Vec::new();
    put(&mut bytes, Kind::Cancel, 0, 0, b"");
    bytes[4] = 99;
    assert_eq!(split(&bytes, MAX), Err(FrameError::Kind(99)));
}

proptest! {
    #[test]
    fn a_cut_frame_waits_for_its_end(cut in 0_usize..60) {
        let bytes = call(b"{\"input\":1}");
        let cut = cut.min(bytes.len() - 1);
        prop_assert_eq!(split(&bytes[..cut], MAX), Ok(None));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
