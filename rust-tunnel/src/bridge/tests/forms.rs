use super::*;

#[tokio::test]
async fn a_form_comes_when_it_is_asked_for_and_what_is_there_together() {
    let part = Part {
        name: "file:1".into(),
        file: true,
        filename: Some("é".into()),
        media: "a/b".into(),
        charset: None,
    };
    let bridge = bridge(1);
    let pieces = [Piece::Part(part), Piece::Data(Bytes::from_static(b"abc")), Piece::PartEnd];
    let asking = bridge.clone();
    let calling = Call { content: Content::Form(form(pieces)), ..call("x") };
    let call = tokio::spawn(async move { asking.call(calling).await });
    tokio::task::yield_now().await;
    let sent = taken(&bridge);
    assert_eq!(sent.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(), [Kind::Call]);

    let mut more = Vec::new();
    frame::put(&mut more, Kind::More, 0, sent[0].1, &1000_u32.to_le_bytes());
    bridge.accept(&more, 100).unwrap();
    tokio::task::yield_now().await;
    let mut batch = Batch::default();
    bridge.take(&mut batch);
    let all: Vec<u8> = batch.frames().flatten().flatten().copied().collect();
    assert_eq!(batch.len(), 4);
    let mut rest = all.as_slice();
    let mut frames = Vec::new();
    while let Some((frame, after)) = frame::split(rest, 1000).unwrap() {
        frames.push((frame.kind, frame.flags, String::from_utf8_lossy(frame.payload).into_owned()));
        rest = after;
    }
    let head = r#"{"name":"file:1","file":true,"filename":"é","type":"a/b"}"#;
    assert_eq!(
        frames,
        [(Kind::Part, 0, head), (Kind::Chunk, 0, "abc"), (Kind::End, frame::PART, ""), (Kind::End, 0, "")]
            .map(|(kind, flags, payload)| (kind, flags, payload.to_owned()))
    );
    bridge.accept(&reply(sent[0].1, 200, b"{}"), 100).unwrap();
    assert_eq!(call.await.unwrap().unwrap().status, 200);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_says_why() {
    let bridge = bridge(1);
    let asking = bridge.clone();
    let calling =
        Call { content: Content::Form(form([Piece::Unreadable(Code::StreamError.into())])), ..call("x") };
    tokio::spawn(async move { asking.call(calling).await });
    tokio::task::yield_now().await;
    let id = taken(&bridge)[0].1;
    let mut more = Vec::new();
    frame::put(&mut more, Kind::More, 0, id, &1_u32.to_le_bytes());
    bridge.accept(&more, 100).unwrap();
    tokio::task::yield_now().await;
    let why = br#"{"code":"STREAM_ERROR","message":"Internal Error"}"#.to_vec();
    assert_eq!(taken(&bridge), [(Kind::Unreadable, id, why)]);
}
