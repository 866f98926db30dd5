use http::StatusCode;
use hyper::ext::ReasonPhrase;

/// What Node writes behind a status where hyper would write something else; `None` where both agree.
pub(super) fn in_node(status: StatusCode) -> Option<ReasonPhrase> {
    Some(ReasonPhrase::from_static(match status.as_u16() {
        200 => return None,
        203 => b"Non-Authoritative Information",
        418 => b"I'm a Teapot",
        509 => b"Bandwidth Limit Exceeded",
        _ if status.canonical_reason().is_some() => return None,
        _ => b"unknown",
    }))
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
            let written = match in_node(status) {
                Some(written) => String::from_utf8(written.as_bytes().to_vec()).unwrap(),
                None => status.canonical_reason().unwrap().to_owned(),
            };
            assert_eq!(written, reason, "{status}");
        }
        assert_eq!(expected.next(), None);
    }
}
