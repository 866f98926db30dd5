mod bodies;
mod replies;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::super::body::RequestBody;
use super::super::inlet::{Inlet, inlet};
use super::*;
use crate::backend::BackendError;
use crate::backend::fake::{FakeBackend, Script};
use crate::config::tests::config;
use crate::protocol::{ReasonPhrase, Report};

/// One request against a front, without a socket.
struct Exchange {
    front: Front<FakeBackend>,
    /// The request line, and header lines.
    head: Vec<String>,
    sent: SentHead,
    body: RequestBody,
    /// Open while the body may still come.
    inlet: Option<Inlet>,
}

struct Seen {
    status: u16,
    reason: Option<ReasonPhrase>,
    headers: HeaderMap,
    body: String,
    asked: Vec<String>,
    reports: Vec<Report>,
}

fn post(path: &str) -> Exchange {
    exchange("POST", path)
}

fn exchange(method: &str, path: &str) -> Exchange {
    Exchange {
        front: front(&json!({}), Script::default()),
        head: vec![format!("{method} {path} HTTP/1.1"), "x-runner-token: secret".to_owned()],
        sent: SentHead::default(),
        body: whole("{}"),
        inlet: None,
    }
}

fn front(changes: &Value, script: Script) -> Front<FakeBackend> {
    Front::new(config(changes), std::sync::Arc::new(FakeBackend::new(script)))
}

impl Exchange {
    fn with(mut self, changes: &Value) -> Self {
        self.front = front(changes, self.front.backend.script.clone());
        self
    }

    fn answered_by(mut self, script: Script) -> Self {
        self.front = Front::new(self.front.config, std::sync::Arc::new(FakeBackend::new(script)));
        self
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.head.retain(|line| !line.starts_with(&format!("{name}:")));
        self.head.push(format!("{name}: {value}"));
        self
    }

    /// As the guard has seen it.
    fn sent(mut self, head: SentHead) -> Self {
        self.sent = head;
        self
    }

    fn body(mut self, body: RequestBody) -> Self {
        self.body = body;
        self
    }

    /// A body of which a part is there, and the rest never comes.
    fn unfinished(mut self, part: &'static str) -> Self {
        let (inlet, reader) = inlet(part.into(), 0);
        self.inlet = Some(inlet);
        self.body(RequestBody::Arriving(reader))
    }

    async fn run(self) -> Seen {
        let raw = self.head.iter().map(|line| format!("{line}\r\n")).collect::<String>().into();
        let head = SentHead { raw, ..self.sent };
        let (peers, interim) = (Peers::default(), Interim::default());
        let request = Request { head, peers, interim, body: self.body };
        let response = serve(&self.front, request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let backend = &self.front.backend;
        Seen {
            status: parts.status.as_u16(),
            reason: parts.extensions.get().cloned(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
            asked: backend.asked.lock().unwrap().clone(),
            reports: backend.reports.lock().unwrap().clone(),
        }
    }
}

impl Seen {
    fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["error"]["code"].as_str().unwrap_or("none").to_owned()
    }
}

/// A body that is here.
fn whole(bytes: impl Into<Bytes>) -> RequestBody {
    RequestBody::Complete(bytes.into())
}

#[tokio::test]
async fn an_accepted_call_is_answered_with_the_standard_headers() {
    let seen = post("/__runner/task/add")
        .header("x-runner-request-id", "id-1")
        .body(whole(r#"{"a":1}"#))
        .run()
        .await;
    assert_eq!((seen.status, seen.body.as_str()), (200, r#"{"ok":true}"#));
    assert_eq!(seen.asked, [r#"call Task add {"a":1} authenticated"#]);
    assert_eq!(seen.headers["x-runner-request-id"], "id-1");
    assert_eq!(seen.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(seen.headers["x-content-type-options"], "nosniff");
    assert_eq!(seen.headers["x-frame-options"], "DENY");
    assert_eq!(seen.headers["connection"], "keep-alive");
    assert_eq!(seen.headers["keep-alive"], "timeout=5");
    assert!(!seen.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn loopback_only_refuses_foreign_names_before_anything_else() {
    let changes = json!({ "auth": { "tokens": null, "allowAnonymous": true, "loopbackOnly": true } });
    let foreign = exchange("OPTIONS", "/elsewhere").with(&changes).header("host", "evil.example").run().await;
    assert_eq!((foreign.status, foreign.code().as_str()), (403, "FORBIDDEN"));
    let own = post("/__runner/task/add").with(&changes).header("host", "localhost:1").run().await;
    assert_eq!(own.status, 200);
}

#[tokio::test]
async fn outside_the_base_path_there_is_no_request_id() {
    let seen = post("/other").run().await;
    assert_eq!((seen.status, seen.code().as_str()), (404, "NOT_FOUND"));
    assert!(!seen.headers.contains_key("x-runner-request-id"));
    assert!(post("/__runner/other").run().await.headers.contains_key("x-runner-request-id"));
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_no_route() {
    let seen = exchange("OPTIONS", "/__runner/anything")
        .with(&json!({ "cors": { "origin": { "kind": "listed", "value": ["https://a.example"] }, "varyOrigin": true, "maxAge": 60 } }))
        .header("origin", "https://a.example")
        .header("access-control-request-headers", "x-one, x-two")
        .run()
        .await;
    assert_eq!((seen.status, seen.body.as_str()), (204, ""));
    assert_eq!(seen.headers["access-control-allow-origin"], "https://a.example");
    assert_eq!(seen.headers["access-control-allow-methods"], "POST, OPTIONS");
    assert_eq!(seen.headers["access-control-allow-headers"], "x-one, x-two");
    assert_eq!(seen.headers["access-control-max-age"], "60");
    assert_eq!(seen.headers["vary"], "Origin");
    assert!(!seen.headers.contains_key("x-runner-request-id"));
}

#[tokio::test]
async fn the_method_is_looked_at_before_the_token() {
    let seen = exchange("PUT", "/__runner/task/add").header("x-runner-token", "wrong").run().await;
    assert_eq!((seen.status, seen.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    let disabled =
        exchange("PUT", "/__runner/discovery").with(&json!({ "disableDiscovery": true })).run().await;
    assert_eq!(disabled.status, 404);
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_reported() {
    let seen = post("/x/../__runner//task/add?q=1").header("x-runner-token", "wrong").run().await;
    assert_eq!((seen.status, seen.code().as_str()), (401, "UNAUTHORIZED"));
    assert!(seen.asked.is_empty());
    assert_eq!(seen.reports[0].message, "exposure.auth.failure");
    assert_eq!(seen.reports[0].data["path"], "/__runner//task/add");
    assert_eq!(seen.reports[0].data["status"], 401);
}

#[tokio::test]
async fn what_a_token_does_not_decide_the_backend_does() {
    let seen = post("/__runner/task/add")
        .with(&json!({ "auth": { "validator": true } }))
        .header("x-runner-token", "wrong")
        .run()
        .await;
    assert_eq!(seen.asked, ["call Task add {} anonymous"]);
}

#[tokio::test]
async fn discovery_is_the_backends() {
    let seen = exchange("GET", "/__runner/discovery").run().await;
    assert_eq!((seen.status, seen.asked.as_slice()), (200, &["discover".to_owned()][..]));
}

#[tokio::test]
async fn every_backend_failure_has_its_code() {
    for (error, status, code) in [
        (BackendError::Overloaded, 503, "OVERLOADED"),
        (BackendError::Closing, 503, "CLOSING"),
        (BackendError::NoWorker, 503, "NO_WORKER"),
        (BackendError::WorkerLost, 502, "WORKER_LOST"),
        (BackendError::Protocol, 500, "INTERNAL_ERROR"),
    ] {
        let script = Script { fails: Some(error), ..Script::default() };
        let seen = post("/__runner/task/add").answered_by(script).run().await;
        assert_eq!((seen.status, seen.code().as_str()), (status, code));
        assert_eq!(seen.headers.contains_key(header::RETRY_AFTER), status == 503);
        assert_eq!(seen.reports.len(), usize::from(status == 500));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_too_long_is_504() {
    let script = Script { never_settles: true, ..Script::default() };
    let changes = json!({ "timeouts": { "handlerMs": 1000 } });
    let seen = post("/__runner/task/add").answered_by(script).with(&changes).run().await;
    assert_eq!((seen.status, seen.code().as_str()), (504, "HANDLER_TIMEOUT"));
}

#[tokio::test]
async fn the_guard_says_whether_the_connection_stays() {
    let sent = SentHead { closes: true, ..SentHead::default() };
    let seen = post("/__runner/task/add").header("connection", "keep-alive").sent(sent).run().await;
    assert_eq!(lines(&seen.headers, "connection"), ["close"]);
}

#[tokio::test]
async fn a_body_that_is_waited_for_with_is_admitted_first() {
    for (expects_continue, asked) in [
        (true, &["admit add", "call Task add {} authenticated"][..]),
        (false, &["call Task add {} authenticated"]),
    ] {
        let sent = SentHead { expects_continue, ..SentHead::default() };
        let seen = post("/__runner/task/add").header("expect", "100-continue").sent(sent).run().await;
        assert_eq!(
            (seen.status, seen.asked.as_slice()),
            (200, &asked.iter().map(|&asked| asked.to_owned()).collect::<Vec<_>>()[..])
        );
    }
}

#[tokio::test]
async fn an_odd_target_leads_where_it_was_sent_to() {
    for (target, status) in
        [("/__runner/task/<a>", 200), ("http://h/__runner/task/a", 200), ("http://[", 404)]
    {
        let sent = SentHead { odd_target: true, ..SentHead::default() };
        assert_eq!(post(target).sent(sent).run().await.status, status, "{target}");
    }
}

fn lines(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_refusal_says_what_it_was_given_to_say() {
    let given = json!({ "refusals": { "NOT_FOUND": "{ gone }", "METHOD_NOT_ALLOWED": "" } });
    let unknown = post("/__runner/other").with(&given).run().await;
    assert_eq!((unknown.status, unknown.body.as_str()), (404, "{ gone }"));
    let method = exchange("PUT", "/__runner/task/add").with(&given).run().await;
    assert_eq!((method.status, method.body.as_str()), (405, ""));
    let unauthorized = post("/__runner/task/add").with(&given).header("x-runner-token", "wrong").run().await;
    assert_eq!(unauthorized.code(), "UNAUTHORIZED");
    // Nothing of the application's is outside of its base path.
    assert_eq!(post("/other").with(&given).run().await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_closing_front_says_so_on_every_answer() {
    let exchange = post("/__runner/task/add");
    exchange.front.begin_closing();
    assert_eq!(exchange.run().await.headers["connection"], "close");
}

#[tokio::test]
async fn an_asked_origin_is_the_backends_and_stands_on_errors_too() {
    let changes =
        json!({ "cors": { "origin": { "kind": "asked" }, "varyOrigin": true, "credentials": true } });
    let seen = post("/other").with(&changes).header("origin", "https://a.example").run().await;
    assert_eq!(seen.headers["access-control-allow-origin"], "https://a.example");
    assert_eq!(seen.headers["access-control-allow-credentials"], "true");
    assert_eq!(seen.headers["vary"], "Origin");
}
