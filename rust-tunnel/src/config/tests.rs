use serde_json::{Value, json};

use super::*;
use crate::protocol::Code;

/// Settings as `ts/options.ts` makes them of `{ auth: { token: 'secret' } }`, with `changes` laid over them.
pub(crate) fn settings(changes: &Value) -> String {
    let mut settings =
        serde_json::from_str(include_str!("settings.json")).expect("the test settings are JSON");
    lay_over(&mut settings, changes);
    settings.to_string()
}

pub(crate) fn config(changes: &Value) -> Config {
    Config::from_json(&settings(changes)).expect("test settings are valid")
}

fn lay_over(base: &mut Value, changes: &Value) {
    match (base, changes) {
        (Value::Object(base), Value::Object(changes)) => {
            for (key, value) in changes {
                lay_over(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, changes) => *base = changes.clone(),
    }
}

#[test]
fn base_paths_are_brought_to_one_form() {
    for (given, served) in
        [("/__runner", "/__runner"), ("/api/", "/api"), ("a", "/a"), ("/a//", "/a/"), ("/", ""), ("", "")]
    {
        assert_eq!(normal_base_path(given), served);
    }
}

#[test]
fn empty_tokens_match_nobody() {
    for tokens in [json!([]), json!(["", ""])] {
        assert_eq!(config(&json!({ "auth": { "tokens": tokens } })).auth.tokens, Some(Vec::new()));
    }
    assert_eq!(config(&json!({ "auth": { "tokens": null } })).auth.tokens, None);
}

#[test]
fn refusals_are_given_by_code() {
    let refusals = config(&json!({ "refusals": { "NOT_FOUND": "gone" } })).refusals;
    assert_eq!(refusals.body(Code::NotFound).as_deref(), Some(&b"gone"[..]));
    assert_eq!(refusals.body(Code::Unauthorized), None);
    let error = Config::from_json(&settings(&json!({ "refusals": { "notFound": "" } }))).unwrap_err();
    assert_eq!(error.to_string(), "refusals: \"notFound\" is no code");
}

#[test]
fn a_setting_that_is_not_known_is_refused() {
    for changes in [json!({ "more": 1 }), json!({ "auth": { "token": "a" } })] {
        let error = Config::from_json(&settings(&changes)).unwrap_err();
        assert!(error.to_string().contains("unknown field"), "{error}");
    }
}

#[test]
fn what_cannot_be_a_header_is_named() {
    let error = Config::from_json(&settings(&json!({ "auth": { "header": "a b" } }))).unwrap_err();
    assert_eq!(error.to_string(), "auth.header: \"a b\" can't be sent in an HTTP header");
    let error = Config::from_json(&settings(&json!({ "cors": { "exposedHeaders": ["a\nb"] } }))).unwrap_err();
    assert!(error.to_string().starts_with("cors.exposedHeaders"));
}

#[test]
fn without_auth_only_loopback_addresses_are_served() {
    let open = config(&json!({ "auth": { "loopbackOnly": true } }));
    assert!(open.check_host("127.0.0.1".parse().unwrap()).is_ok());
    assert!(open.check_host("::1".parse().unwrap()).is_ok());
    assert!(open.check_host("0.0.0.0".parse().unwrap()).is_err());
    assert!(config(&json!({})).check_host("0.0.0.0".parse().unwrap()).is_ok());
}
