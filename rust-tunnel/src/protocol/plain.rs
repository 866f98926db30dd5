use std::sync::LazyLock;

use memchr::memmem::Finder;

/// What a key may begin with, or be, to which the Runner's serializer gives a meaning, and the escape that can spell it.
const SPECIAL: [&str; 5] = ["\"__", "\"constructor\"", "\"prototype\"", "\"$runner", "\\u"];
/// The serializer goes no deeper; a body without more brackets can't be deeper.
const MAX_BRACKETS: usize = 1000;

static FINDERS: LazyLock<[Finder<'static>; 5]> = LazyLock::new(|| SPECIAL.map(Finder::new));

/// Whether plain `JSON.parse` and the Runner's serializer read a body alike (contract 4.2). May say no though they do.
pub(super) fn is_plain(body: &[u8]) -> bool {
    // A shorter body can't hold that many.
    let shallow = body.len() <= MAX_BRACKETS
        || memchr::memchr2_iter(b'[', b'{', body).take(MAX_BRACKETS + 1).count() <= MAX_BRACKETS;
    shallow && FINDERS.iter().all(|special| special.find(body).is_none())
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
        ] {
            assert!(!is_plain(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_by_brackets() {
        for (brackets, plain) in [(1000, true), (1001, false), (100_000, false)] {
            assert_eq!(is_plain("[".repeat(brackets).as_bytes()), plain);
            assert_eq!(is_plain(&[vec![b' '; 5000], "[".repeat(brackets).into_bytes()].concat()), plain);
        }
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
    }
}
