use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::headers::Headers;
use super::io::guard::SentHead;
use super::rejection::Rejection;
use super::route;
use crate::backend::Backend;
use crate::config::Auth;
use crate::protocol::{Level, Report, RequestId, latin1_to_str};

/// Decides about the caller as far as this can be done without JavaScript (contract 1.4). `Ok(false)` leaves it to the
/// backend's validators. What is refused here is reported to the application's logger.
pub(super) fn check<B: Backend>(
    auth: &Auth,
    head: &SentHead,
    request_id: &RequestId,
    backend: &B,
) -> Result<bool, Rejection> {
    decide(auth, head.headers()).inspect_err(|rejection| {
        let code = rejection.code();
        backend.report(Report {
            level: Level::Warn,
            message: "exposure.auth.failure",
            data: json!({
                "requestId": request_id.as_str(),
                "method": head.method().as_str(),
                "path": route::pathname(head.target()),
                "status": code.status().as_u16(),
                "code": code.as_str(),
            }),
        });
    })
}

fn decide(auth: &Auth, headers: Headers<'_>) -> Result<bool, Rejection> {
    if token_matches(auth, headers) {
        Ok(true)
    } else if auth.validator {
        Ok(false)
    } else if auth.tokens.is_some() {
        Err(Rejection::Unauthorized)
    } else if auth.allow_anonymous {
        Ok(true)
    } else {
        Err(Rejection::AuthNotConfigured)
    }
}

/// Compares with every token, without an early exit, in constant time.
fn token_matches(auth: &Auth, headers: Headers<'_>) -> bool {
    let Some(tokens) = auth.tokens.as_deref().filter(|tokens| !tokens.is_empty()) else { return false };
    let Some(sent) = headers.value(&auth.header) else { return false };
    let sent: [u8; 32] = Sha256::digest(latin1_to_str(&sent).as_bytes()).into();
    let matches = tokens.iter().fold(Choice::from(0), |found, token| found | token.ct_eq(&sent));
    matches.into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::headers::tests::head;
    use super::*;
    use crate::config::tests::config;

    fn decided(auth: &Value, sent: &[&[u8]]) -> Result<bool, Rejection> {
        let config = config(&json!({ "auth": auth }));
        let lines: Vec<_> = sent.iter().map(|line| ("x-runner-token", *line)).collect();
        decide(&config.auth, Headers::of(&head(&lines)))
    }

    #[test]
    fn a_configured_token_opens_and_another_does_not() {
        let two = json!({ "tokens": ["first", "é"] });
        assert_eq!(decided(&two, &[b"first"]), Ok(true));
        assert_eq!(decided(&two, &[&[0xE9]]), Ok(true), "a token is sent in latin1");
        for sent in [&[][..], &[b"".as_slice()], &[b"firs"], &[b"first", b"first"], &["é".as_bytes()]] {
            assert_eq!(decided(&two, sent), Err(Rejection::Unauthorized));
        }
    }

    #[test]
    fn a_joined_header_can_be_a_token() {
        assert_eq!(decided(&json!({ "tokens": ["a, b"] }), &[b"a", b"b"]), Ok(true));
    }

    #[test]
    fn without_a_match_a_validator_decides() {
        assert_eq!(decided(&json!({ "tokens": ["a"], "validator": true }), &[b"b"]), Ok(false));
        assert_eq!(decided(&json!({ "tokens": ["a"], "validator": true }), &[b"a"]), Ok(true));
    }

    #[test]
    fn nothing_configured_is_a_fault_unless_anonymous_is_allowed() {
        assert_eq!(decided(&json!({ "tokens": null }), &[b"a"]), Err(Rejection::AuthNotConfigured));
        assert_eq!(decided(&json!({ "tokens": null, "allowAnonymous": true }), &[]), Ok(true));
        for tokens in [json!([]), json!([""]), json!(["a"])] {
            for sent in [&[][..], &[b"".as_slice()], &[b"b"]] {
                assert_eq!(
                    decided(&json!({ "tokens": tokens, "allowAnonymous": true }), sent),
                    Err(Rejection::Unauthorized),
                    "anonymous callers are only allowed where nobody else is configured"
                );
            }
        }
    }
}
