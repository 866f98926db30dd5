use http::{HeaderMap, header};

use super::headers;
use super::rejection::Rejection;
use crate::protocol::TargetKind;

/// How a body is to be read (contract 1.7): multipart if the type says so anywhere, octet-stream if it is exactly that,
/// and JSON in every other case. Events know JSON only. The two others are not served yet.
pub(super) fn check(kind: TargetKind, headers: &HeaderMap) -> Result<(), Rejection> {
    let Some(media) = headers::value(headers, &header::CONTENT_TYPE) else { return Ok(()) };
    let media = media.to_ascii_lowercase();
    let multipart = media.windows(MULTIPART.len()).any(|window| window == MULTIPART);
    let octets = media.strip_prefix(OCTETS).is_some_and(|rest| rest.is_empty() || rest.starts_with(b";"));
    let streamed = kind == TargetKind::Task && (multipart || octets);
    if streamed { Err(Rejection::UnsupportedMediaType) } else { Ok(()) }
}

const MULTIPART: &[u8] = b"multipart/form-data";
const OCTETS: &[u8] = b"application/octet-stream";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn checked(kind: TargetKind, media: &'static str) -> Result<(), Rejection> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media))]);
        check(kind, &headers)
    }

    #[test]
    fn all_but_files_and_streams_is_json() {
        assert_eq!(check(TargetKind::Task, &HeaderMap::new()), Ok(()));
        for media in
            ["application/json", "text/plain", "application/cbor", "application/octet-stream ;x", "*"]
        {
            assert_eq!(checked(TargetKind::Task, media), Ok(()), "{media}");
        }
        for media in [
            "multipart/form-data; boundary=x",
            "text/plain; x=MULTIPART/form-data",
            "application/octet-stream",
            "Application/Octet-Stream;x",
        ] {
            assert_eq!(checked(TargetKind::Task, media), Err(Rejection::UnsupportedMediaType), "{media}");
            assert_eq!(checked(TargetKind::Event, media), Ok(()), "{media}");
        }
    }
}
