//! `type; name=value` as busboy 1.6 reads it, for it is what clients of the stock exposure have been tested against.

use percent_encoding::percent_decode;

use crate::protocol::latin1_to_str;

/// Parameters in their order, names in lower case. Where one comes twice the first counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Params(Vec<(Vec<u8>, String)>);

impl Params {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name.as_bytes()).map(|(_, value)| value.as_str())
    }
}

/// Reads a content type: `type/subtype` in lower case, and its parameters.
pub(super) fn content_type(value: &[u8]) -> Option<(String, Params)> {
    let (kind, rest) = token(value);
    let (subtype, rest) = token(rest.strip_prefix(b"/")?);
    if kind.is_empty() || subtype.is_empty() {
        return None;
    }
    let media = format!("{}/{}", latin1_to_str(kind), latin1_to_str(subtype)).to_ascii_lowercase();
    Some((media, params(rest, false)?))
}

/// Reads a content disposition: what it is, in lower case, and its parameters, those with a `*` decoded.
pub(super) fn disposition(value: &[u8]) -> Option<(String, Params)> {
    let (kind, rest) = token(value);
    (!value.is_empty()).then_some(())?;
    Some((latin1_to_str(kind).to_ascii_lowercase(), params(rest, true)?))
}

fn params(mut rest: &[u8], with_extended: bool) -> Option<Params> {
    let mut params = Params::default();
    loop {
        rest = blanks(rest);
        if rest.is_empty() {
            return Some(params);
        }
        let (name, after) = token(blanks(rest.strip_prefix(b";")?));
        let value = after.strip_prefix(b"=")?;
        let text;
        (text, rest) = match value {
            [b'"', quoted @ ..] if !(with_extended && name.ends_with(b"*")) => {
                let (bytes, after) = unquoted(quoted)?;
                (latin1_to_str(&bytes).into_owned(), after)
            }
            _ if with_extended && name.ends_with(b"*") => extended(value)?,
            _ => {
                let (bytes, after) = token(value);
                (!bytes.is_empty()).then_some(())?;
                (latin1_to_str(bytes).into_owned(), after)
            }
        };
        params.0.push((name.to_ascii_lowercase(), text));
    }
}

/// The value up to its closing quote. A backslash escapes only a quote or itself: browsers send paths as they are.
fn unquoted(quoted: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    let mut escaping = false;
    for (at, &byte) in quoted.iter().enumerate() {
        match byte {
            b'"' | b'\\' if escaping => {
                value.push(byte);
                escaping = false;
            }
            b'\\' => escaping = true,
            b'"' => return Some((value, quoted.get(at + 1..)?)),
            0..=8 | 10..=31 | 127 => return None,
            _ => {
                if std::mem::take(&mut escaping) {
                    value.push(b'\\');
                }
                value.push(byte);
            }
        }
    }
    None
}

/// `charset'language'percent-encoded` (RFC 5987).
fn extended(value: &[u8]) -> Option<(String, &[u8])> {
    let mut pieces = value.splitn(3, |&byte| byte == b'\'');
    let (charset, _, encoded) = (pieces.next()?, pieces.next()?, pieces.next()?);
    (!encoded.is_empty() && charset.iter().all(|byte| is_token(*byte))).then_some(())?;
    let length = encoded.iter().position(|byte| !is_extended(*byte)).unwrap_or(encoded.len());
    let (encoded, after) = encoded.split_at_checked(length)?;
    let escapes_are_whole = encoded
        .split(|&byte| byte == b'%')
        .skip(1)
        .all(|after| matches!(after, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()));
    let bytes: Vec<u8> = escapes_are_whole.then(|| percent_decode(encoded).collect())?;
    let text = match Charset::of(&latin1_to_str(charset))? {
        Charset::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
        Charset::Latin1 => latin1_to_str(&bytes).into_owned(),
    };
    Some((text, after))
}

enum Charset {
    Utf8,
    Latin1,
}

impl Charset {
    fn of(name: &str) -> Option<Self> {
        const LATIN1: [&str; 10] = [
            "latin1",
            "ascii",
            "us-ascii",
            "iso-8859-1",
            "iso8859-1",
            "iso88591",
            "iso_8859-1",
            "windows-1252",
            "cp1252",
            "x-cp1252",
        ];
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "utf-8" | "utf8" => Some(Charset::Utf8),
            name if LATIN1.contains(&name) => Some(Charset::Latin1),
            _ => None,
        }
    }
}

/// What begins a text, up to the first byte that no token has.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().position(|byte| !is_token(*byte)).unwrap_or(text.len());
    text.split_at_checked(length).unwrap_or((text, &[]))
}

fn blanks(text: &[u8]) -> &[u8] {
    let length = text.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
    text.get(length..).unwrap_or_default()
}

pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_extended(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<Vec<(String, String)>> {
        let (_, Params(params)) = disposition(value.as_bytes())?;
        Some(params.into_iter().map(|(name, value)| (String::from_utf8(name).unwrap(), value)).collect())
    }

    fn one(value: &str) -> Option<String> {
        read(&format!("form-data; x={value}")).map(|params| params[0].1.clone())
    }

    #[test]
    fn values_are_tokens_or_quoted() {
        assert_eq!(read("form-data"), Some(vec![]));
        assert_eq!(one("a.txt").as_deref(), Some("a.txt"));
        assert_eq!(one(r#""a b""#).as_deref(), Some("a b"));
        assert_eq!(one(r#""""#).as_deref(), Some(""));
        assert_eq!(one(r#""a\"b\\c""#).as_deref(), Some(r#"a"b\c"#));
        assert_eq!(one(r#""C:\fake\a.txt""#).as_deref(), Some(r"C:\fake\a.txt"));
        assert_eq!(one("\"é\"").as_deref(), Some("Ã©"));
        for malformed in ["", "\"a", "a b", "\"a\" b", "\"a\u{1}\"", "a;", "a; ", "a; b", "a/b"] {
            assert_eq!(one(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn names_are_in_lower_case_and_the_first_counts() {
        let (kind, params) = disposition(b"Form-Data;NAME=a ; name=b\t;\tother=c").unwrap();
        assert_eq!(
            (kind.as_str(), params.get("name"), params.get("other")),
            ("form-data", Some("a"), Some("c"))
        );
        assert_eq!(params.get("none"), None);
    }

    #[test]
    fn extended_values_are_decoded() {
        let extended =
            |value: &str| read(&format!("form-data; x*={value}")).map(|params| params[0].1.clone());
        assert_eq!(extended("UTF-8''%C3%A9.txt").as_deref(), Some("é.txt"));
        assert_eq!(extended("utf-8'en'a").as_deref(), Some("a"));
        assert_eq!(extended("iso-8859-1''%e9").as_deref(), Some("é"));
        assert_eq!(extended("utf-8''%ff").as_deref(), Some("\u{fffd}"));
        for malformed in ["utf-8''", "utf-8''%c", "utf-8''%zz", "what''a", "''a", "utf-8'a", "\"utf-8''a\""] {
            assert_eq!(extended(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn content_types_need_both_halves() {
        let (media, params) = content_type(b"Multipart/Form-Data; Boundary=\"a b\"").unwrap();
        assert_eq!((media.as_str(), params.get("boundary")), ("multipart/form-data", Some("a b")));
        for malformed in [&b""[..], b"a", b"/b", b"a/", b"a/b;", b"a/b; c", b"a/b; c=", b"a/b; c=d/e"] {
            assert_eq!(content_type(malformed), None);
        }
    }
}
