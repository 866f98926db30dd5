use serde_json::Value;

/// What two configurations disagree on, a line each. Tokens are told apart and not told.
pub(super) fn differences(known: &Value, given: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", known, given, &mut found);
    found
}

fn compare(path: &str, known: &Value, given: &Value, found: &mut Vec<String>) {
    match (known, given) {
        _ if known == given => {}
        (Value::Object(known), Value::Object(given)) => {
            let more = given.keys().filter(|key| !known.contains_key(*key));
            for key in known.keys().chain(more) {
                let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let [known, given] = [known, given].map(|all| all.get(key).unwrap_or(&Value::Null));
                compare(&at, known, given, found);
            }
        }
        _ if path == "auth.tokens" => found.push("auth.tokens: not the same tokens".to_owned()),
        _ => found.push(format!("{path}: {given} instead of {known}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_difference_has_its_path_and_no_token_is_told() {
        let known = json!({ "basePath": "/a", "auth": { "header": "x", "tokens": ["secret"] }, "same": [1] });
        let given = json!({ "basePath": "/b", "auth": { "header": "x", "tokens": ["other"] }, "same": [1], "more": true });
        assert_eq!(
            differences(&known, &given),
            [
                r#"basePath: "/b" instead of "/a""#,
                "auth.tokens: not the same tokens",
                "more: true instead of null"
            ]
        );
        assert!(differences(&known, &known).is_empty());
    }
}
