//! Frames as a socket's reader meets them: at the front of a buffer that grows by whatever has come.

use bytes::{Buf, BytesMut};

use super::golden::kinds;
use super::*;

/// What a reader gets out of bytes that come in these pieces: whole frames, and what ended it.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<OwnedFrame>, Option<FrameError>) {
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            let taken = match split(&buffer, MAX) {
                Ok(Some((frame, rest))) => {
                    frames.push(OwnedFrame::from(&frame));
                    buffer.len() - rest.len()
                }
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            };
            buffer.advance(taken);
        }
        // It waits for the rest of one frame, and that is no longer than it may be.
        let awaited = buffer.first_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
        assert!(awaited <= MAX && buffer.len() < LENGTH + awaited.max(1));
    }
    (frames, None)
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnedFrame {
    kind: Kind,
    flags: u8,
    status: u16,
    id: u64,
    payload: Vec<u8>,
}

impl From<&Frame<'_>> for OwnedFrame {
    fn from(frame: &Frame<'_>) -> Self {
        let Frame { kind, flags, status, id, payload } = *frame;
        OwnedFrame { kind, flags, status, id, payload: payload.to_vec() }
    }
}

impl OwnedFrame {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, self.kind, self.flags, self.id, &self.payload);
        bytes[6..8].copy_from_slice(&self.status.to_le_bytes());
        bytes
    }
}

fn any_frame() -> impl Strategy<Value = OwnedFrame> {
    let kind = proptest::sample::select(kinds().collect::<Vec<_>>());
    let payload = proptest::collection::vec(any::<u8>(), 0..100);
    (kind, any::<u8>(), any::<u16>(), any::<u64>(), payload)
        .prop_map(|(kind, flags, status, id, payload)| OwnedFrame { kind, flags, status, id, payload })
}

/// The bytes cut into pieces of these lengths, over and over.
fn cut<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at(bytes.len().min(*length));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

fn any_lengths() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1_usize..80, 1..6)
}

proptest! {
    #[test]
    fn frames_are_the_same_however_reads_fall(
        frames in proptest::collection::vec(any_frame(), 0..8),
        lengths in any_lengths(),
    ) {
        let bytes: Vec<u8> = frames.iter().flat_map(OwnedFrame::bytes).collect();
        prop_assert_eq!(read(cut(&bytes, &lengths)), (frames, None));
    }

    #[test]
    fn garbage_is_the_same_error_however_reads_fall(
        frames in proptest::collection::vec(any_frame(), 0..3),
        garbage in proptest::collection::vec(any::<u8>(), 0..200),
        lengths in any_lengths(),
    ) {
        let mut bytes: Vec<u8> = frames.iter().flat_map(OwnedFrame::bytes).collect();
        bytes.extend_from_slice(&garbage);
        let whole = read([&bytes[..]]);
        prop_assert!(whole.0.starts_with(&frames));
        prop_assert_eq!(read(cut(&bytes, &lengths)), whole);
    }

    // Most random lengths are out of bounds, so these are not.
    #[test]
    fn a_frame_with_any_header_is_read_refused_or_awaited(
        length in 0..200_u32,
        garbage in proptest::collection::vec(any::<u8>(), 0..300),
        lengths in any_lengths(),
    ) {
        let bytes = [&length.to_le_bytes()[..], &garbage].concat();
        let whole = read([&bytes[..]]);
        if length < 12 {
            prop_assert_eq!(&whole, &(vec![], Some(FrameError::Length(length))));
        }
        prop_assert_eq!(read(cut(&bytes, &lengths)), whole);
    }
}
