use http::StatusCode;

/// What Node writes behind a status.
pub(super) fn in_node(status: StatusCode) -> &'static str {
    match status.as_u16() {
        203 => "Non-Authoritative Information",
        418 => "I'm a Teapot",
        509 => "Bandwidth Limit Exceeded",
        _ => status.canonical_reason().unwrap_or("unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `http.STATUS_CODES[code] ?? 'unknown'` of Node 20 for 100 to 599, a line each.
    const STATUS_CODES: &str = include_str!("reason/status_codes.txt");

    #[test]
    fn every_reason_is_nodes() {
        let mut expected = 100..600;
        for line in STATUS_CODES.lines() {
            let (code, reason) = line.split_once(' ').unwrap();
            let status: StatusCode = code.parse().unwrap();
            assert_eq!(Some(status.as_u16()), expected.next());
            assert_eq!(in_node(status), reason, "{status}");
        }
        assert_eq!(expected.next(), None);
    }
}
