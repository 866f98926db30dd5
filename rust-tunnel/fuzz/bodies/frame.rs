use rust_tunnel::protocol::frame::split;

/// Any bytes are frames, the beginning of one, or an error; what is split off never overlaps what is left.
pub fn run(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok(Some((frame, after))) = split(rest, 1 << 16) {
        assert!(frame.payload.len() + after.len() < rest.len());
        rest = after;
    }
}
