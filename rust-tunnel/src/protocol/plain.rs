use std::sync::LazyLock;

use memchr::memmem::Finder;

/// What a key may begin with, or be, to which the Runner's serializer gives a meaning.
const SPECIAL: [&str; 4] = ["\"__", "\"constructor\"", "\"prototype\"", "\"$runner"];
/// The beginning of an escape that can spell one of their characters.
const ESCAPE: &str = "\\u00";
/// The serializer goes no deeper.
const MAX_DEPTH: usize = 1000;

static FINDERS: LazyLock<[Finder<'static>; 4]> = LazyLock::new(|| SPECIAL.map(Finder::new));
static ESCAPES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(ESCAPE));

/// Whether plain `JSON.parse` and the Runner's serializer read a body alike (contract 4.2). May say no though they do.
pub(super) fn is_plain(body: &[u8]) -> bool {
    is_shallow(body) && FINDERS.iter().all(|special| special.find(body).is_none()) && !spells_ascii(body)
}

/// Whether printable ASCII is written as an escape: `\u0020` to `\u007f`.
fn spells_ascii(body: &[u8]) -> bool {
    ESCAPES.find_iter(body).any(|at| matches!(body.get(at + ESCAPE.len()), Some(b'2'..=b'7')))
}

fn is_shallow(body: &[u8]) -> bool {
    // A body without more brackets can't be deeper, nor can a shorter one hold them.
    body.len() <= MAX_DEPTH
        || memchr::memchr2_iter(b'[', b'{', body).take(MAX_DEPTH + 1).count() <= MAX_DEPTH
        || depth(body) <= MAX_DEPTH
}

/// How deep arrays and objects stand in each other. Of what is no JSON it may say anything: nobody can read that.
fn depth(mut body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    while let [byte, rest @ ..] = body {
        body = rest;
        match byte {
            b'"' => body = behind_string(rest),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What stands behind the string whose first quote has been read.
fn behind_string(mut body: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', body) {
        let is_end = body.get(at) == Some(&b'"');
        body = body.get(at + if is_end { 1 } else { 2 }..).unwrap_or_default();
        if is_end {
            return body;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_serializer_gives_a_meaning_is_not_plain() {
        for text in [
            "",
            "{}",
            r#"{"input":{"a":1}}"#,
            r#"{"_x":"prototype \n","constructors":1}"#,
            r#"{"a":"a $runner"}"#,
            r#"{"caf\u00e9 \u2028 \ud83d\ude00 \u000a":"\u0019"}"#,
        ] {
            assert!(is_plain(text.as_bytes()), "{text}");
        }
        for text in [
            r#"{"__type":"Date","value":0}"#,
            r#"{"a":{"__proto__":1}}"#,
            r#"{"constructor":1}"#,
            r#"{"prototype":1}"#,
            r#"{"$runner.escape::__type":1}"#,
            r#"{"_\u005ftype":1}"#,
            r#""\u0041""#,
            r#"{"a":"\u00e9 \u007A"}"#,
        ] {
            assert!(!is_plain(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn bodies_deeper_than_the_serializer_goes_are_not_plain() {
        for (depth, plain) in [(1000, true), (1001, false), (100_000, false)] {
            assert_eq!(is_plain("[".repeat(depth).as_bytes()), plain);
            assert_eq!(is_plain(&[vec![b' '; 5000], "[".repeat(depth).into_bytes()].concat()), plain);
            let closed_in_strings = r#"[{"a\"\\":"]]]}}}","#.repeat(depth / 2) + &"[".repeat(depth % 2);
            assert_eq!(is_plain(closed_in_strings.as_bytes()), plain);
        }
    }

    #[test]
    fn many_shallow_objects_are_plain() {
        let many = format!("[{}]", r#"{"a":[1,"[[["]},"#.repeat(5000));
        assert!(is_plain(many.as_bytes()));
    }

    proptest! {
        #[test]
        fn a_special_spelling_is_found_wherever_it_stands(
            before in proptest::collection::vec(any::<u8>(), 0..300),
            after in proptest::collection::vec(any::<u8>(), 0..300),
            special in proptest::sample::select(SPECIAL.to_vec()),
        ) {
            prop_assert!(!is_plain(&[&before, special.as_bytes(), &after].concat()));
        }

        #[test]
        fn depth_is_that_of_the_value(value in any_json()) {
            prop_assert_eq!(depth(value.to_string().as_bytes()), depth_of(&value));
        }
    }
    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![Just(serde_json::Value::Null), any::<String>().prop_map(Into::into)];
        leaf.prop_recursive(8, 100, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                proptest::collection::hash_map("[\"\\\\\\[{}\\]a]{0,4}", inner, 0..5)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn depth_of(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Array(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
            serde_json::Value::Object(members) => 1 + members.values().map(depth_of).max().unwrap_or(0),
            _ => 0,
        }
    }
}
