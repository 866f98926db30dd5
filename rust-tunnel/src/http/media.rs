use http::{HeaderMap, header};

use super::headers;
use crate::protocol::{Mode, TargetKind};

/// How a body is to be read, and what it takes for that.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Octets,
    /// The whole type: it names the boundary.
    Multipart(Vec<u8>),
}

impl Media {
    pub(super) fn mode(&self) -> Mode {
        match self {
            Media::Json => Mode::Json,
            Media::Octets => Mode::Octets,
            Media::Multipart(_) => Mode::Multipart,
        }
    }
}

/// How a body is to be read (contract 1.7): multipart if the type says so anywhere, octet-stream if it is exactly that,
/// and JSON in every other case. Events know JSON only.
pub(super) fn of(kind: TargetKind, headers: &HeaderMap) -> Media {
    let media = headers::value(headers, &header::CONTENT_TYPE).filter(|_| kind == TargetKind::Task);
    let Some(given) = media else { return Media::Json };
    let media = given.to_ascii_lowercase();
    if media.windows(MULTIPART.len()).any(|window| window == MULTIPART) {
        Media::Multipart(given.into_owned())
    } else if media.strip_prefix(OCTETS).is_some_and(|rest| rest.is_empty() || rest.starts_with(b";")) {
        Media::Octets
    } else {
        Media::Json
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
        of(kind, &headers).mode()
    }

    #[test]
    fn all_but_files_and_streams_is_json() {
        assert_eq!(of(TargetKind::Task, &HeaderMap::new()), Media::Json);
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

    #[test]
    fn a_form_keeps_its_type_as_it_was_sent() {
        let media = HeaderValue::from_static("Multipart/Form-Data; boundary=Ab");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, media.clone())]);
        assert_eq!(of(TargetKind::Task, &headers), Media::Multipart(media.as_bytes().to_vec()));
    }
}
