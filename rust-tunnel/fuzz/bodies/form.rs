use bytes::Bytes;
use rust_tunnel::config::Multipart;
use rust_tunnel::http::form::Parser;
use rust_tunnel::protocol::{Piece, Unreadable};

/// However the bytes of a form are cut, the same parts with the same bytes are in it.
pub fn run(body: &[u8]) {
    let whole = read(body, body.len());
    for cut in [1, 2, 7] {
        let (parts, why) = read(body, cut);
        assert_eq!(why, whole.1, "read by {cut}");
        // Where a limit is passed, a longer read leaves out what came before it.
        assert!(parts == whole.0 || why.is_some(), "read by {cut}");
    }
}

/// The heads of all parts, each with its bytes.
fn read(body: &[u8], cut: usize) -> (Vec<(String, Vec<u8>)>, Option<Unreadable>) {
    let limits = Multipart { file_size: Some(64), files: Some(3), fields: Some(3), ..Multipart::default() };
    let mut parser = Parser::new("b", limits);
    let mut found = Vec::new();
    let refused = body
        .chunks(cut.max(1))
        .find_map(|chunk| parser.push(Bytes::copy_from_slice(chunk), &mut found).err());
    let mut parts = Vec::new();
    for piece in found {
        match (piece, parts.last_mut()) {
            (Piece::Part(part), _) => parts.push((format!("{part:?}"), Vec::new())),
            (Piece::Data(bytes), Some((_, all))) => all.extend_from_slice(&bytes),
            (Piece::PartEnd, Some(_)) => {}
            (piece, _) => panic!("{piece:?} outside of a part"),
        }
    }
    (parts, refused.or_else(|| parser.end().err()))
}
