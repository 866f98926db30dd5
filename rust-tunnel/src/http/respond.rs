use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::body::{ResponseBody, whole};
use super::headers::REQUEST_ID;
use super::persistence::Persistence;
use super::rejection::Rejection;
use super::{cors, keep_alive};
use crate::backend::{Backend, BackendError};
use crate::config::Config;
use crate::protocol::{Body, Code, Dress, Level, ReasonPhrase, Reply, Report, RequestId};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// What is known of an answer before it is known what it says.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) persistence: Persistence,
    /// The client speaks 1.0, and knows no chunks.
    pub(super) http10: bool,
    pub(super) cors: cors::Grant,
    /// `None` where none is sent: outside the base path, on a preflight, and to a foreign name or page.
    pub(super) request_id: Option<RequestId>,
}

impl Answer {
    /// What the backend answered, with the standard headers around it.
    pub(super) fn reply(mut self, reply: Reply, config: &Config) -> Response<ResponseBody> {
        let Reply { status, reason, dress, mut headers, mut winning, body } = reply;
        if dress == Dress::OwnId {
            self.request_id = None;
        }
        let is_complete = matches!(body, Body::Complete(_));
        for own in [Some(&mut headers), winning.as_deref_mut()].into_iter().flatten() {
            if !own.is_empty() {
                self.persistence = self.persistence.take_framing(own, is_complete);
            }
        }
        // It has no chunks there, and ends by closing.
        if self.http10 && !is_complete {
            self.persistence = Persistence::Close;
        }
        let body = match body {
            Body::Complete(bytes) => whole(bytes),
            Body::Stream(stream) => ResponseBody::Right(stream),
        };
        let mut response = if dress == Dress::Bare {
            self.persistence.put(config, &mut headers);
            response(status, reason, headers, body)
        } else {
            self.finish(status, reason, headers, body, config)
        };
        if let Some(winning) = winning {
            for name in winning.keys() {
                response.headers_mut().remove(name);
            }
            response.headers_mut().extend(*winning);
        }
        response
    }

    /// A refusal of the front's own; the one place that writes it to the wire and to the log.
    pub(super) fn refuse<B: Backend>(
        mut self,
        rejection: &Rejection,
        config: &Config,
        backend: &B,
    ) -> Response<ResponseBody> {
        if rejection.persistence() == Persistence::Close {
            self.persistence = Persistence::Close;
        }
        if *rejection == Rejection::Backend(BackendError::Protocol) {
            report_fault(backend, &rejection.to_string(), self.request_id.as_ref());
        }
        let code = rejection.code();
        let mut headers = HeaderMap::new();
        if code.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        let given = if *rejection == Rejection::Outside { None } else { config.refusals.body(code) };
        let body = whole(given.unwrap_or_else(|| envelope(code, rejection.message())));
        self.finish(code.status(), None, headers, body, config)
    }

    /// 204, and what the page may do.
    pub(super) fn preflight(self, asked: cors::Asked, config: &Config) -> Response<ResponseBody> {
        let mut headers = HeaderMap::with_capacity(8);
        self.cors.put_preflight(&config.cors, asked, &mut headers);
        self.persistence.put(config, &mut headers);
        response(StatusCode::NO_CONTENT, None, headers, whole(Bytes::new()))
    }

    fn finish(
        self,
        status: StatusCode,
        reason: Option<ReasonPhrase>,
        mut headers: HeaderMap,
        body: ResponseBody,
        config: &Config,
    ) -> Response<ResponseBody> {
        headers.reserve(8);
        if let Some(id) = self.request_id {
            headers.insert(REQUEST_ID, id.header());
        }
        self.cors.put_actual(&config.cors, &mut headers);
        headers.entry(header::CONTENT_TYPE).or_insert(JSON);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        self.persistence.put(config, &mut headers);
        response(status, reason, headers, body)
    }
}

impl Persistence {
    fn put(self, config: &Config, out: &mut HeaderMap) {
        match self {
            Persistence::Close => {
                out.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Persistence::KeepAlive => {
                out.insert(header::CONNECTION, HeaderValue::from_static("keep-alive"));
                // Without a timeout Node says nothing of it.
                if let Some(header) = config.timeouts.keep_alive.get().and_then(keep_alive::header) {
                    out.insert("keep-alive", header);
                }
            }
        }
    }
}

/// Stands in for an answer where the connection is to end without one.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection is cut")]
pub(super) struct Cut;

/// What becomes of a panic in a step: the client gets a bland 500, and the connection goes on.
pub(super) fn panicked() -> Response<ResponseBody> {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, JSON)]);
    let code = Code::InternalError;
    response(code.status(), None, headers, whole(envelope(code, code.message())))
}

fn report_fault<B: Backend>(backend: &B, error: &str, request_id: Option<&RequestId>) {
    backend.report(Report {
        level: Level::Error,
        message: "exposure.http.unhandled",
        data: json!({ "error": error, "requestId": request_id.map(RequestId::as_str) }),
    });
}

fn envelope(code: Code, message: &str) -> Bytes {
    // Both parts are constants without a character that JSON escapes; a test holds them to it.
    format!(r#"{{"ok":false,"error":{{"message":"{message}","code":"{}"}}}}"#, code.as_str()).into()
}

fn response(
    status: StatusCode,
    reason: Option<ReasonPhrase>,
    headers: HeaderMap,
    body: ResponseBody,
) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    if let Some(reason) = reason {
        response.extensions_mut().insert(reason);
    }
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_json() {
        for &code in Code::ALL {
            let text = envelope(code, code.message());
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value["error"]["message"], code.message());
            assert_eq!(value["error"]["code"], code.as_str());
        }
    }
}
