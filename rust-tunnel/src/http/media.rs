use http::header;

use super::headers::Headers;
use crate::protocol::TargetKind;

/// How a body is to be read, and what it takes for that.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Octets,
    /// The whole type: it names the boundary.
    Multipart(Vec<u8>),
}

/// How a body is to be read (contract 1.7): multipart if the type says so anywhere, octet-stream if it is exactly that,
/// and JSON in every other case. Events know JSON only.
pub(super) fn of(kind: TargetKind, headers: Headers<'_>) -> Media {
    let media = headers.value(&header::CONTENT_TYPE).filter(|_| kind == TargetKind::Task);
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
    use super::super::headers::tests::head;
    use super::*;

    fn media_of(kind: TargetKind, sent: &'static str) -> Media {
        of(kind, Headers::of(&head(&[("content-type", sent.as_bytes())])))
    }

    #[test]
    fn all_but_files_and_streams_is_json() {
        assert_eq!(of(TargetKind::Task, Headers::of(&head(&[]))), Media::Json);
        for sent in ["application/json", "text/plain", "application/cbor", "application/octet-stream ;x", "*"]
        {
            assert_eq!(media_of(TargetKind::Task, sent), Media::Json, "{sent}");
        }
        for sent in ["application/octet-stream", "Application/Octet-Stream;x"] {
            assert_eq!(media_of(TargetKind::Task, sent), Media::Octets, "{sent}");
            assert_eq!(media_of(TargetKind::Event, sent), Media::Json, "{sent}");
        }
    }

    #[test]
    fn a_form_keeps_its_type_as_it_was_sent() {
        for sent in [
            "multipart/form-data; boundary=x",
            "Multipart/Form-Data; boundary=Ab",
            "text/plain; x=MULTIPART/form-data",
        ] {
            assert_eq!(media_of(TargetKind::Task, sent), Media::Multipart(sent.into()), "{sent}");
            assert_eq!(media_of(TargetKind::Event, sent), Media::Json, "{sent}");
        }
    }
}
