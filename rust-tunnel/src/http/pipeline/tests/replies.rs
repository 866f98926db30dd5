use super::*;

#[tokio::test]
async fn a_streamed_reply_goes_out_as_it_comes() {
    let script = Script { streams: true, ..Script::default() };
    let seen = post("/__runner/task/add").answered_by(script).run().await;
    assert_eq!((seen.status, seen.body.as_str()), (200, "one two"));
    assert_eq!(seen.headers["content-type"], "application/octet-stream");
}

#[tokio::test]
async fn a_streamed_reply_to_1_0_closes() {
    for http10 in [false, true] {
        let script = Script { streams: true, ..Script::default() };
        let sent = SentHead { http10, ..SentHead::default() };
        let seen = post("/__runner/task/add").answered_by(script).sent(sent).run().await;
        let connection = if http10 { "close" } else { "keep-alive" };
        assert_eq!(seen.body, "one two");
        assert_eq!(lines(&seen.headers, "connection"), [connection]);
    }
    let whole = post("/__runner/task/add").sent(SentHead { http10: true, ..SentHead::default() }).run().await;
    assert_eq!(lines(&whole.headers, "connection"), ["keep-alive"]);
}

/// What is sent when the backend's reply has this head of its own.
async fn replied(head: &'static str, changes: &Value) -> Seen {
    let script = Script { head: Some(head), ..Script::default() };
    post("/__runner/task/add")
        .answered_by(script)
        .with(changes)
        .header("x-runner-request-id", "id-1")
        .run()
        .await
}

#[tokio::test]
async fn a_replys_own_head_is_sent_with_the_standard_headers() {
    let seen =
        replied("Fine\nx-a:1\nset-cookie:a\nset-cookie:b\ncontent-type:text/plain\n", &json!({})).await;
    assert_eq!((seen.status, seen.body.as_str()), (200, "{\"ok\":true}"));
    assert_eq!(seen.reason.unwrap().as_bytes(), b"Fine");
    assert_eq!(lines(&seen.headers, "set-cookie"), ["a", "b"]);
    for (name, value) in [
        ("x-a", "1"),
        ("content-type", "text/plain"),
        ("x-content-type-options", "nosniff"),
        ("connection", "keep-alive"),
    ] {
        assert_eq!(lines(&seen.headers, name), [value], "{name}");
    }
    assert!(!seen.headers.contains_key("x-runner-request-id"), "it could have been there");
    assert_eq!(replied("", &json!({})).await.reason, None);
}

#[tokio::test]
async fn who_wins_where_a_reply_and_the_front_say_the_same() {
    let head = "\nx-runner-request-id:own\nx-frame-options:SAMEORIGIN\nx-content-type-options:a\n\
        x-content-type-options:b\naccess-control-allow-origin:x\naccess-control-expose-headers:own\n\
        content-length:1\ntransfer-encoding:chunked\nkeep-alive:timeout=1\nconnection:x\n";
    let seen = replied(head, &json!({ "cors": { "origin": { "kind": "fixed", "value": "*" } } })).await;
    for (name, value) in [
        ("x-runner-request-id", "own"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "own"),
        ("keep-alive", "timeout=5"),
        ("connection", "keep-alive"),
    ] {
        assert_eq!(lines(&seen.headers, name), [value], "{name}");
    }
    assert!(!seen.headers.contains_key("content-length") && !seen.headers.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn a_reply_can_close_the_connection() {
    let seen = replied("\nConnection:x, Close\nkeep-alive:timeout=9\n", &json!({})).await;
    assert_eq!(lines(&seen.headers, "connection"), ["close"]);
    assert!(!seen.headers.contains_key("keep-alive"));
}

#[tokio::test]
async fn what_a_reply_varies_by_is_kept_in_one_line() {
    let varies = json!({ "cors": { "varyOrigin": true } });
    for (head, vary) in [
        ("", "Origin"),
        ("\nvary:", "Origin"),
        ("\nvary:Accept", "Accept, Origin"),
        ("\nvary:Accept ,x\nvary:Cookie", "Accept, x, Cookie, Origin"),
        ("\nvary:Origin,Accept", "Origin, Accept"),
    ] {
        assert_eq!(lines(&replied(head, &varies).await.headers, "vary"), [vary], "{head:?}");
    }
    let untouched = replied("\nvary:a\nvary:b", &json!({})).await;
    assert_eq!(lines(&untouched.headers, "vary"), ["a", "b"]);
}
