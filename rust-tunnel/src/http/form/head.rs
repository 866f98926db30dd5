use super::params::{self, is_token};
use crate::protocol::Part;

/// What stands for a file's type when nothing is said.
const DEFAULT_TYPE: &str = "text/plain";
const OCTETS: &str = "application/octet-stream";

/// What a part's head says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// No field and no file.
    Nothing,
    /// Either of them.
    Part(Part),
}

/// Reads the lines of a head, without the empty line at its end. `None`: they are no header lines.
pub(super) fn read(lines: &[u8]) -> Option<Heading> {
    let lines = header_lines(lines)?;
    let first = |name: &[u8]| {
        let mut named = lines.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_slice())
    };
    let disposition = first(b"content-disposition").and_then(params::disposition);
    let Some((_, disposition)) = disposition.filter(|(kind, _)| kind == "form-data") else {
        return Some(Heading::Nothing);
    };
    let (media, charset) = match first(b"content-type").and_then(params::content_type) {
        Some((media, params)) => (media, params.get("charset").map(str::to_ascii_lowercase)),
        None => (DEFAULT_TYPE.to_owned(), None),
    };
    let given = |name| disposition.get(name).filter(|value| !value.is_empty());
    let filename = given("filename*").or_else(|| given("filename")).map(without_folders);
    Some(Heading::Part(Part {
        name: given("name").unwrap_or_default().to_owned(),
        file: filename.is_some() || media == OCTETS,
        filename,
        media,
        charset,
    }))
}

/// What `/` or `\` separate belongs to the sender's own disk.
fn without_folders(path: &str) -> String {
    match path.rsplit(['/', '\\']).next() {
        None | Some("." | "..") => String::new(),
        Some(name) => name.to_owned(),
    }
}

/// Names and values; a value may go on in the next line, if that begins with a blank.
fn header_lines(lines: &[u8]) -> Option<Vec<(&[u8], Vec<u8>)>> {
    let mut read: Vec<(&[u8], Vec<u8>)> = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let end = memchr::memmem::find(rest, b"\r\n")?;
        let (line, after) = rest.split_at_checked(end)?;
        rest = after.get(b"\r\n".len()..)?;
        if let ([b' ' | b'\t', ..], Some((_, value))) = (line, read.last_mut()) {
            value.extend_from_slice(line);
        } else {
            let colon = line.iter().position(|byte| !is_token(*byte))?;
            let (name, value) = line.split_at_checked(colon)?;
            let value = value.strip_prefix(b":").filter(|_| !name.is_empty())?;
            let blanks = value.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
            read.push((name, value.get(blanks..)?.to_vec()));
        }
        if line.iter().any(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            return None;
        }
    }
    Some(read)
}

/// Whether a part is carried to JavaScript: the manifest, and the files that it speaks of.
pub(super) fn is_wanted(part: &Part) -> bool {
    if part.file { part.name.starts_with("file:") } else { part.name == "__manifest" }
}

/// The boundary in a request's content type, as it stands in the body.
pub(super) fn boundary(content_type: &[u8]) -> Option<String> {
    let (media, params) = params::content_type(content_type)?;
    let boundary = params.get("boundary").filter(|_| media == "multipart/form-data")?;
    Some(boundary.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, filename: Option<&str>, media: &str) -> Option<Heading> {
        Some(Heading::Part(Part {
            name: name.to_owned(),
            file: filename.is_some() || media == OCTETS,
            filename: filename.map(str::to_owned),
            media: media.to_owned(),
            charset: None,
        }))
    }

    #[test]
    fn a_filename_or_octets_make_a_file() {
        for (head, expected) in [
            ("Content-Disposition: form-data; name=a\r\n", part("a", None, "text/plain")),
            ("content-disposition:form-data;name=a\r\nx: y\r\n", part("a", None, "text/plain")),
            (
                "Content-Disposition: form-data; name=\"file:1\"; filename=\"a/b\\\\c.txt\"\r\n",
                part("file:1", Some("c.txt"), "text/plain"),
            ),
            (
                "Content-Disposition: form-data; name=f; filename=a; filename*=utf-8''%C3%A9\r\n",
                part("f", Some("é"), "text/plain"),
            ),
            ("Content-Disposition: form-data; filename=\"/..\"\r\n", part("", Some(""), "text/plain")),
            ("Content-Disposition: form-data; name=a; filename=\"\"\r\n", part("a", None, "text/plain")),
            (
                "Content-Type: Application/Octet-Stream\r\nContent-Disposition: form-data;\r\n name=f\r\n",
                part("f", None, OCTETS),
            ),
            ("Content-Type: nonsense\r\nContent-Disposition: form-data\r\n", part("", None, "text/plain")),
        ] {
            assert_eq!(read(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn what_has_no_disposition_of_a_form_is_nothing() {
        for head in
            ["X: y\r\n", "Content-Disposition: inline; name=a\r\n", "Content-Disposition: form-data; a\r\n"]
        {
            assert_eq!(read(head.as_bytes()), Some(Heading::Nothing), "{head}");
        }
    }

    #[test]
    fn what_is_no_header_line_is_refused() {
        for head in ["a\r\n", ": b\r\n", " a: b\r\n", "a b: c\r\n", "a: b\u{1}\r\n", "a: b\nc: d\r\n", "\r\n"]
        {
            assert_eq!(read(head.as_bytes()), None, "{head:?}");
        }
    }

    #[test]
    fn charsets_are_in_lower_case() {
        let Some(Heading::Part(part)) =
            read(b"Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=UTF-16LE\r\n")
        else {
            panic!("no part")
        };
        assert_eq!(part.charset.as_deref(), Some("utf-16le"));
    }

    #[test]
    fn only_forms_have_a_boundary() {
        assert_eq!(boundary(b"multipart/form-data; boundary=a").as_deref(), Some("a"));
        assert_eq!(boundary(b"multipart/form-data; boundary=\"\"").as_deref(), Some(""));
        for none in [
            &b"multipart/form-data"[..],
            b"multipart/mixed; boundary=a",
            b"text/plain; x=multipart/form-data",
        ] {
            assert_eq!(boundary(none), None);
        }
    }
}
