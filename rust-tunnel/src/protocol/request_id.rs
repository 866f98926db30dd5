use std::fmt;

use http::HeaderValue;
use uuid::Uuid;

const MAX_LENGTH: usize = 128;

/// The id that ties a request to its answer and its log lines (contract 1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// Takes the client's id if it is 1 to 128 characters of `[A-Za-z0-9._:-]`, blanks around it cut off; else makes
    /// a UUID v4. Two header lines are as good as none: joined they hold a comma.
    pub fn accept_or_generate<'a>(sent: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut sent = sent.into_iter();
        match (sent.next(), sent.next()) {
            (Some(value), None) => Self::accept(value).unwrap_or_else(Self::generate),
            _ => Self::generate(),
        }
    }

    fn accept(value: &[u8]) -> Option<Self> {
        let trimmed = value.trim_ascii();
        let fits = (1..=MAX_LENGTH).contains(&trimmed.len()) && trimmed.iter().copied().all(is_allowed);
        HeaderValue::from_bytes(trimmed).ok().filter(|_| fits).map(RequestId)
    }

    fn generate() -> Self {
        let mut text = Uuid::encode_buffer();
        let text = Uuid::new_v4().hyphenated().encode_lower(&mut text);
        RequestId(HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unknown")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a header value.
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(values: &[&'static str]) -> String {
        RequestId::accept_or_generate(values.iter().map(|value| value.as_bytes())).to_string()
    }

    #[test]
    fn a_valid_id_is_kept_and_trimmed() {
        assert_eq!(given(&["abc-1.2:3_Z"]), "abc-1.2:3_Z");
        assert_eq!(given(&["  abc "]), "abc");
        let longest = "x".repeat(128);
        assert_eq!(RequestId::accept_or_generate([longest.as_bytes()]).as_str(), longest);
    }

    #[test]
    fn anything_else_becomes_a_uuid_v4() {
        let too_long: &'static str = "x".repeat(129).leak();
        for sent in [&[][..], &[""], &["a b"], &["a,b"], &["a/b"], &["a", "a"], &[too_long]] {
            let id = given(sent);
            let parsed = Uuid::parse_str(&id).unwrap_or_else(|_| panic!("{sent:?} gave {id}"));
            assert_eq!(parsed.get_version_num(), 4);
            assert_eq!(id, id.to_lowercase());
        }
    }
}
