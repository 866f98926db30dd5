use std::borrow::Cow;

/// Header bytes as Node shows them to JavaScript: each byte is one character.
pub fn latin1_to_str(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::latin1_to_str;

    #[test]
    fn each_byte_is_one_character() {
        assert_eq!(latin1_to_str(b"plain"), "plain");
        assert_eq!(latin1_to_str(&[b'a', 0xE9]), "a\u{e9}");
        assert_eq!(latin1_to_str("é".as_bytes()), "\u{c3}\u{a9}");
    }
}
