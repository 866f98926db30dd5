use http::{HeaderMap, header};

use super::headers;
use crate::protocol::{Mode, TargetKind};

/// How a body is to be read (contract 1.7): multipart if the type says so anywhere, octet-stream if it is exactly that,
/// and JSON in every other case. Events know JSON only.
pub(super) fn mode(kind: TargetKind, headers: &HeaderMap) -> Mode {
    let media = headers::value(headers, &header::CONTENT_TYPE).filter(|_| kind == TargetKind::Task);
    let Some(media) = media else { return Mode::Json };
    let media = media.to_ascii_lowercase();
    if media.windows(MULTIPART.len()).any(|window| window == MULTIPART) {
        Mode::Multipart
    } else if media.strip_prefix(OCTETS).is_some_and(|rest| rest.is_empty() || rest.starts_with(b";")) {
        Mode::Octets
    } else {
        Mode::Json
    }
}

const MULTIPART: &[u8] = b"multipart/form-data";
const OCTETS: &[u8] = b"application/octet-stream";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn mode_of(kind: TargetKind, media: &'static str) -> Mode {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media))]);
        mode(kind, &headers)
    }

    #[test]
    fn all_but_files_and_streams_is_json() {
        assert_eq!(mode(TargetKind::Task, &HeaderMap::new()), Mode::Json);
        for media in
            ["application/json", "text/plain", "application/cbor", "application/octet-stream ;x", "*"]
        {
            assert_eq!(mode_of(TargetKind::Task, media), Mode::Json, "{media}");
        }
        for (media, mode) in [
            ("multipart/form-data; boundary=x", Mode::Multipart),
            ("text/plain; x=MULTIPART/form-data", Mode::Multipart),
            ("application/octet-stream", Mode::Octets),
            ("Application/Octet-Stream;x", Mode::Octets),
        ] {
            assert_eq!(mode_of(TargetKind::Task, media), mode, "{media}");
            assert_eq!(mode_of(TargetKind::Event, media), Mode::Json, "{media}");
        }
    }
}
