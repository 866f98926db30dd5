use super::*;

#[tokio::test]
async fn an_unfinished_body_is_admitted_before_it_is_read() {
    let refused = Reply::json(StatusCode::FORBIDDEN, Bytes::from_static(b"{}"));
    let script = Script { refuses: Some(StatusCode::FORBIDDEN), ..Script::default() };
    let seen = post("/__runner/task/add").answered_by(script).unfinished("{").run().await;
    assert_eq!(
        (seen.status, seen.asked.as_slice()),
        (refused.status.as_u16(), &["admit add".to_owned()][..])
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_a_timeout_that_closes() {
    let seen = post("/__runner/task/add").unfinished("{").run().await;
    assert_eq!((seen.status, seen.code().as_str()), (408, "REQUEST_TIMEOUT"));
    assert_eq!(seen.headers["connection"], "close");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_and_one_at_the_limit_is_not() {
    let limited = json!({ "limits": { "jsonMaxSize": 4 } });
    let over = post("/__runner/task/add").with(&limited).body(whole("12345")).run().await;
    assert_eq!((over.status, over.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    assert_eq!(over.asked, ["admit add"]);
    assert_eq!(over.headers["connection"], "keep-alive");
    assert_eq!(post("/__runner/task/add").with(&limited).body(whole("1234")).run().await.status, 200);
}

#[tokio::test]
async fn octets_are_the_tasks_to_read() {
    let octets = ("content-type", "application/octet-stream");
    let seen = post("/__runner/task/add").header(octets.0, octets.1).body(whole("{")).run().await;
    assert_eq!((seen.status, seen.asked), (200, vec!["call Task add { authenticated".to_owned()]));
    assert_eq!(post("/__runner/event/e").header(octets.0, octets.1).run().await.status, 200);
}

#[tokio::test]
async fn forms_come_in_pieces() {
    let part = |name: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\nbytes\r\n")
    };
    let form = part("file:1") + &part("photo") + &part("file:2") + "--b--";
    for (media, body, pieces) in [
        ("multipart/form-data; boundary=b", form.clone(), "file:1=bytes;file:2=bytes;"),
        ("multipart/form-data; boundary=\"b\"", part("file:1") + "--b", "file:1=bytes;INVALID_MULTIPART"),
        ("multipart/form-data; boundary=b", part("file:1")[..70].to_owned(), "file:1=bySTREAM_ERROR"),
        ("multipart/form-data", form.clone(), "INVALID_MULTIPART"),
    ] {
        let seen = post("/__runner/task/add").header("content-type", media).body(whole(body)).run().await;
        assert_eq!((seen.status, seen.asked), (200, vec![format!("call Task add {pieces} authenticated")]));
    }
    let event = post("/__runner/event/e").header("content-type", "multipart/form-data").run().await;
    assert_eq!(event.asked, ["call Event e {} authenticated"]);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_stops_coming_is_408_to_the_backend_and_closes() {
    let seen = post("/__runner/task/add")
        .header("content-type", "multipart/form-data; boundary=b")
        .unfinished("--b\r\n")
        .run()
        .await;
    assert_eq!(seen.asked, ["call Task add REQUEST_TIMEOUT authenticated"]);
    assert_eq!(seen.headers["connection"], "close");
}
