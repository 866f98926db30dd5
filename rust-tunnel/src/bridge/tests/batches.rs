use super::*;

#[test]
fn a_batch_is_copied_in_whole_frames() {
    let bell = Doorbell::new(CountingBell::default());
    bell.push(1, |out| out.extend_from_slice(b"aa"));
    let mut more = Batch::default();
    // Its end is kept as it is.
    more.push_with(2, Bytes::from("bb"), |out| out.extend_from_slice(b"bb"));
    more.push(3, |out| out.extend_from_slice(b"c"));
    bell.push_all(&mut more);
    assert!(more.is_empty());
    let mut batch = Batch::default();
    bell.take(&mut batch);
    let mut out = [0; 3];
    assert_eq!(batch.copy_into(&mut out), Copied::Bytes(2));
    assert_eq!(batch.copy_into(&mut out), Copied::Needs(4));
    let mut out = [0; 8];
    assert_eq!(batch.copy_into(&mut out), Copied::Bytes(5));
    assert_eq!(&out[..5], b"bbbbc");
    assert_eq!(batch.copy_into(&mut out), Copied::Bytes(0));
}

#[test]
fn the_ends_of_large_frames_are_asked_for() {
    let mut batch = Batch::default();
    let large = Bytes::from(vec![7; 64 * 1024]);
    batch.push(1, |out| frame::put(out, Kind::End, 0, 1, b""));
    batch.push_with(2, large.clone(), |out| frame::put_header(out, Kind::Chunk, 2, large.len()));
    let mut out = [0; 256];
    let Copied::Bytes(length) = batch.copy_into(&mut out) else { panic!("it fits in") };
    let (_, rest) = frame::split(&out[..length], 64).unwrap().unwrap();
    let (chunk, rest) = frame::split(rest, 64).unwrap().unwrap();
    assert!(rest.is_empty());
    assert_eq!((chunk.kind, chunk.flags, chunk.id), (Kind::Chunk, frame::APART, 2));
    let (number, length) = chunk.payload.split_first_chunk().unwrap();
    assert_eq!(length, (large.len() as u32).to_le_bytes());
    let number = u32::from_le_bytes(*number) as usize;
    assert_eq!(batch.take_apart(number), large);
    assert!(batch.take_apart(number).is_empty());
    assert!(batch.take_apart(9).is_empty());
}
