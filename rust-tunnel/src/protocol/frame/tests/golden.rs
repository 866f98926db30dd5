//! Both languages against the same bytes, one file for each kind, and against the document.

use super::*;
use crate::config::Config;
use crate::protocol::{Code, Level, Part, Report, Unreadable};

/// The bytes that `runner-native/ts/frames.test.ts` reads and writes as well.
fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/golden/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let digits: String = text.lines().flat_map(|line| line.split('#').next()).collect();
    let digits: Vec<char> = digits.chars().filter(|letter| !letter.is_whitespace()).collect();
    digits.chunks(2).map(|two| u8::from_str_radix(&String::from_iter(two), 16).unwrap()).collect()
}

/// The only frame in a golden file.
fn golden_frame(bytes: &[u8]) -> Frame<'_> {
    let (frame, rest) = split(bytes, MAX).unwrap().unwrap();
    assert!(rest.is_empty());
    frame
}

pub(super) fn kinds() -> impl Iterator<Item = Kind> {
    (0..=u8::MAX).filter_map(Kind::from_byte)
}

/// `AllowedOrigin` as `allowed_origin`.
fn file_name(kind: Kind) -> String {
    format!("{kind:?}").chars().fold(String::new(), |name, letter| {
        let break_before = if letter.is_uppercase() && !name.is_empty() { "_" } else { "" };
        name + break_before + &letter.to_lowercase().to_string()
    })
}

#[test]
fn every_kind_has_golden_bytes() {
    for kind in kinds() {
        let bytes = golden(&file_name(kind));
        assert_eq!(golden_frame(&bytes).kind, kind);
    }
}

#[test]
fn what_goes_to_javascript_is_written_as_in_the_golden_files() {
    let target = Target { kind: TargetKind::Event, id: "app.é".into() };
    let report = Report {
        level: Level::Warn,
        message: "exposure.auth.failure",
        data: serde_json::json!({ "status": 401 }),
    };
    let part = Part {
        name: "file:1".into(),
        file: true,
        filename: Some("é.txt".into()),
        media: "text/plain".into(),
        charset: None,
    };
    let unreadable = Unreadable::from(Code::RequestTimeout);
    let welcome = serde_json::json!({ "worker": 1, "host": "127.0.0.1", "port": 7070 });
    for kind in kinds().filter(|kind| (*kind as u8) < 64) {
        let mut bytes = Vec::new();
        let out = &mut bytes;
        match kind {
            Kind::Call => *out = call(b"{}"),
            Kind::Admit => put_admit(out, 7, &Target { kind: TargetKind::Task, ..target.clone() }, &head()),
            Kind::Discover => put_discover(out, 7, &head()),
            Kind::Origin => put(out, kind, PRESENT, 2, b"https://a.example"),
            Kind::Cancel => put(out, kind, 0, 1 << 40, b""),
            Kind::Report => put(out, kind, 0, 0, &json(&report)),
            Kind::Closed => put(out, kind, 0, 0, b"why"),
            Kind::Chunk => {
                put_header(out, kind, 7, 3);
                out.put_slice(b"\xff\0{");
            }
            Kind::End => put(out, kind, PART, 7, b""),
            Kind::Taken => put(out, kind, 0, 7, &262_144_u32.to_le_bytes()),
            Kind::Part => put(out, kind, 0, 7, &json(&part)),
            Kind::Unreadable => put(out, kind, 0, 7, &json(&unreadable)),
            Kind::Ping => put(out, kind, 0, 0, b""),
            Kind::Welcome => put(out, kind, 0, 0, welcome.to_string().as_bytes()),
            _ => panic!("{kind:?} is not known here"),
        }
        assert_eq!(hex(&bytes), hex(&golden(&file_name(kind))), "{kind:?}");
    }
}

#[test]
fn what_comes_from_javascript_is_read_as_in_the_golden_files() {
    let amount = 262_144_u32.to_le_bytes();
    let resident = (5_u64 << 30).to_le_bytes();
    for (name, kind, flags, status, id, payload) in [
        ("reply", Kind::Reply, 0, 200, 7, &b"{\"ok\":true,\"result\":3}"[..]),
        ("reply_with_head", Kind::Reply, HEADERS, 499, 7, b"\x0b\0\0\0Fine\nx-a:\xe9\n\xc3\xa9"),
        ("admitted", Kind::Admitted, 0, 0, 7, b""),
        ("allowed_origin", Kind::AllowedOrigin, PRESENT, 0, 2, b"https://a.example"),
        ("begin", Kind::Begin, HEADERS | BARE, 206, 7, b"\x14\0\0\0\nx-a:1\n\nserver:mine\n"),
        ("data", Kind::Data, 0, 0, 7, b"\xff\0{"),
        ("finish", Kind::Finish, 0, 0, 7, b"x-t:1\n"),
        ("break", Kind::Break, 0, 0, 7, b""),
        ("more", Kind::More, 0, 0, 7, &amount),
        ("interim", Kind::Interim, 0, 0, 7, b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n"),
        ("pong", Kind::Pong, 0, 0, 0, &resident),
        ("leaving", Kind::Leaving, 0, 0, 0, b""),
        ("ready", Kind::Ready, 0, 0, 0, b""),
    ] {
        assert_eq!(golden_frame(&golden(name)), Frame { kind, flags, status, id, payload }, "{name}");
    }
    let with_head = golden("reply_with_head");
    let (head, body) = split_reply(golden_frame(&with_head).payload).unwrap();
    assert_eq!((head, body), (&b"Fine\nx-a:\xe9\n"[..], "é".as_bytes()));
}

#[test]
fn the_golden_hello_says_the_version_and_settings_that_can_be_used() {
    let bytes = golden("hello");
    let hello = golden_frame(&bytes);
    assert_eq!((hello.status, hello.flags, hello.id), (VERSION, 0, 0));
    Config::from_json(std::str::from_utf8(hello.payload).unwrap()).unwrap();
}

#[test]
fn the_document_tells_of_the_same_kinds_and_bytes() {
    let page = include_str!("../../../../../docs/IPC_PROTOCOL.md");
    let row = |line: &'static str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let number: u8 = cells.next()?.parse().ok()?;
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((number, name.to_owned()))
    };
    let documented: Vec<(u8, String)> = page.lines().filter_map(row).collect();
    let names: Vec<(u8, String)> = kinds().map(|kind| (kind as u8, format!("{kind:?}"))).collect();
    assert_eq!(documented, names);
    assert!(page.contains(&format!("version {VERSION} ")));
    for example in [include_str!("../../../../golden/call.hex"), include_str!("../../../../golden/reply.hex")]
    {
        assert!(page.contains(example), "the document shows other bytes than\n{example}");
    }
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}
