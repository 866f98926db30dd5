use rust_tunnel::protocol::frame::split;

/// Longer frames are refused.
const MAX: usize = 1 << 16;

/// However the bytes of a connection are cut into reads, the same frames are in them, and the same error.
pub fn run(bytes: &[u8]) {
    let whole = read(bytes, bytes.len());
    for cut in [1, 2, 7] {
        assert_eq!(read(bytes, cut), whole, "read by {cut}");
    }
}

/// All frames with their payloads, and the error that ended them.
fn read(bytes: &[u8], cut: usize) -> (Vec<(String, Vec<u8>)>, Option<String>) {
    let mut buffer = Vec::new();
    let mut frames = Vec::new();
    for piece in bytes.chunks(cut.max(1)) {
        buffer.extend_from_slice(piece);
        loop {
            let left = match split(&buffer, MAX) {
                Ok(Some((frame, rest))) => {
                    // What is split off never overlaps what is left.
                    assert!(frame.payload.len() + rest.len() < buffer.len());
                    let head = (frame.kind, frame.flags, frame.status, frame.id);
                    frames.push((format!("{head:?}"), frame.payload.to_vec()));
                    rest.len()
                }
                Ok(None) => break,
                Err(error) => return (frames, Some(error.to_string())),
            };
            buffer.drain(..buffer.len() - left);
        }
        // It waits for the end of one frame, and for no longer one than it takes.
        let awaited = buffer.first_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
        assert!(awaited <= MAX && buffer.len() < 4 + awaited.max(1));
    }
    (frames, None)
}
