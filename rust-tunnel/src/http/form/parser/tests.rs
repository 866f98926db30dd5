use proptest::prelude::*;

use super::*;

type Seen = (Vec<Piece>, Option<Unreadable>);

/// What is in a body that comes in chunks of this size; bytes of one part are one piece.
fn read(body: &[u8], size: usize, limits: Multipart) -> Seen {
    let (head, rest) = body.split_at(size.min(body.len()));
    read_chunks(std::iter::once(head).chain(rest.chunks(size.max(1))), limits)
}

fn read_chunks<'a>(chunks: impl Iterator<Item = &'a [u8]>, limits: Multipart) -> Seen {
    let mut parser = Parser::new("b", limits);
    let mut found = Vec::new();
    let mut why = None;
    for chunk in chunks {
        why = parser.push(Bytes::copy_from_slice(chunk), &mut found).err();
        if why.is_some() {
            break;
        }
    }
    let why = why.or_else(|| parser.end().err());
    (merged(found), why)
}

fn merged(found: Vec<Piece>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in found {
        match (pieces.last_mut(), piece) {
            (Some(Piece::Data(all)), Piece::Data(more)) => *all = [&all[..], &more[..]].concat().into(),
            (_, piece) => pieces.push(piece),
        }
    }
    pieces
}

fn field(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn file(name: &str, bytes: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=f\r\n\r\n{bytes}\r\n")
}

fn part(name: &str, is_file: bool) -> Piece {
    Piece::Part(Part {
        name: name.into(),
        file: is_file,
        filename: is_file.then(|| "f".into()),
        media: "text/plain".into(),
        charset: None,
    })
}

fn data(text: &str) -> Piece {
    Piece::Data(text.to_owned().into())
}

fn whole(body: &str) -> Seen {
    read(body.as_bytes(), usize::MAX, Multipart::default())
}

#[test]
fn the_manifest_and_files_are_found_and_nothing_else() {
    let body = [
        "a preamble\r\n".into(),
        field("__manifest", "{}"),
        field("other", "x"),
        file("file:1", "a\r\n--\r\n--a\r\r\n\n"),
        file("photo", "x"),
        file("__manifest", "x"),
        field("file:2", "x"),
        file("file:", ""),
        "--b--an epilogue\r\n--b\r\n".into(),
    ]
    .concat();
    let found = vec![
        part("__manifest", false),
        data("{}"),
        Piece::PartEnd,
        part("file:1", true),
        data("a\r\n--\r\n--a\r\r\n\n"),
        Piece::PartEnd,
        part("file:", true),
        Piece::PartEnd,
    ];
    assert_eq!(whole(&body), (found, None));
}

#[test]
fn boundaries_with_something_else_behind_them_begin_nothing() {
    let manifest = field("__manifest", "1");
    for before in
        ["--bc\r\nx\r\n", "--b-\r\n", "--b\r-\r\n", "--b\r\n", "--b \r\nX: y\r\n\r\nz\r\n", "--b\r\r\n"]
    {
        let (found, why) = whole(&format!("{before}{manifest}--b--"));
        assert_eq!((found.len(), why), (3, None), "{before:?}");
    }
}

#[test]
fn a_boundary_right_behind_a_head_ends_an_empty_part() {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file:1\"; filename=f\r\n\r\n";
    let empty = vec![part("file:1", true), Piece::PartEnd];
    for size in [1, 3, usize::MAX] {
        let body = format!("{head}--b--");
        assert_eq!(read(body.as_bytes(), size, Multipart::default()), (empty.clone(), None));
        let more = format!("{head}--a\r\n--b--");
        let found = vec![part("file:1", true), data("--a"), Piece::PartEnd];
        assert_eq!(read(more.as_bytes(), size, Multipart::default()), (found, None));
    }
    assert_eq!(whole(head).1, Some(Code::StreamError.into()));
}

#[test]
fn a_form_has_to_end() {
    let invalid = Some(Code::InvalidMultipart.into());
    for body in [
        "",
        "nothing",
        "--b",
        "--b-",
        "--b\r\n",
        "--b\r\nA: b\r\n",
        "--b\r\n\r\nx\r\n--b--",
        "--b\r\nA\r\n\r\n",
    ] {
        assert_eq!(whole(body).1, invalid, "{body:?}");
    }
    assert_eq!(whole(&field("__manifest", "{}")).1, invalid);
    assert_eq!(whole(&file("photo", "x")).1, invalid);
    assert_eq!(whole(&file("file:1", "x")).1, Some(Code::StreamError.into()));
    assert_eq!(whole(&(file("file:1", "x") + "--b")).1, invalid);
}

#[test]
fn heads_are_bounded() {
    let long =
        |length: usize| format!("--b\r\nX: {}\r\n\r\n\r\n--b--", "x".repeat(length - "X: \r\n\r\n".len()));
    assert_eq!(whole(&long(MAX_HEAD)).1, None);
    assert_eq!(whole(&long(MAX_HEAD + 1)).1, Some(Code::InvalidMultipart.into()));
}

#[test]
fn limits_are_strict() {
    let body = [field("__manifest", "1234"), file("file:1", "1234"), "--b--".into()].concat();
    let with = |limits| read(body.as_bytes(), 3, limits).1.map(|why| (why.code, why.message));
    let none = Multipart::default();
    let over = |message| Some((Code::PayloadTooLarge, message));
    for (within, beyond, message) in [
        (
            Multipart { file_size: Some(5), ..none },
            Multipart { file_size: Some(4), ..none },
            "File size limit exceeded",
        ),
        (
            Multipart { field_size: Some(5), ..none },
            Multipart { field_size: Some(4), ..none },
            "Field limit exceeded",
        ),
        (Multipart { files: Some(1), ..none }, Multipart { files: Some(0), ..none }, "Files limit exceeded"),
        (
            Multipart { fields: Some(1), ..none },
            Multipart { fields: Some(0), ..none },
            "Fields limit exceeded",
        ),
        (Multipart { parts: Some(3), ..none }, Multipart { parts: Some(2), ..none }, "Parts limit exceeded"),
    ] {
        assert_eq!(with(within), None, "{message}");
        assert_eq!(with(beyond), over(message));
    }
    let unwanted = [field("__manifest", "1"), file("photo", "12345678"), "--b--".into()].concat();
    assert_eq!(read(unwanted.as_bytes(), 9, Multipart { file_size: Some(4), ..none }).1, None);
}

#[test]
fn a_limit_of_nothing_lets_empty_parts_pass() {
    let body = [field("__manifest", ""), file("file:1", ""), "--b--".into()].concat();
    let nothing = Multipart { file_size: Some(0), field_size: Some(0), ..Multipart::default() };
    assert_eq!(read(body.as_bytes(), 1, nothing).1, None);
}

#[test]
fn any_cut_gives_the_same_pieces() {
    let body = [
        "x\r\n--bb\r\n".into(),
        field("__manifest", "{\r\n--}"),
        "--b\r\n".into(),
        file("file:1", "\r\r\n--a\r\n--"),
        file("photo", "-"),
        "--b--\r\n--b".into(),
    ]
    .concat();
    let body = body.as_bytes();
    let expected = read(body, usize::MAX, Multipart::default());
    assert_eq!((expected.0.len(), expected.1), (6, None));
    for at in 0..=body.len() {
        let (head, tail) = body.split_at(at);
        assert_eq!(read_chunks([head, tail].into_iter(), Multipart::default()), expected, "cut at {at}");
        assert_eq!(read(body, at.max(1), Multipart::default()), expected, "by {at}");
    }
}

/// Bytes that are all but a form.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "--b",
        "\r\n",
        "--",
        "\r",
        "\n",
        "-",
        "b",
        "x",
        "\r\n--b",
        "--b--",
        "\r\n\r\n",
        "A: b",
        "A",
        "Content-Disposition: form-data; name=__manifest",
        "\r\nContent-Disposition: form-data; name=\"file:1\"; filename=f\r\n\r\n",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..24)
        .prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn however_a_body_is_cut_its_pieces_are_the_same(body in bodies(), size in 1..20_usize) {
        let limits = Multipart { file_size: Some(20), fields: Some(3), ..Multipart::default() };
        let whole = read(&body, usize::MAX, limits);
        prop_assert_eq!(read(&body, size, limits).1, whole.1);
        if whole.1.is_none() {
            prop_assert_eq!(read(&body, size, limits).0, whole.0);
        }
    }

    #[test]
    fn what_was_written_is_read(files in proptest::collection::vec("[ab\r\n-]{0,30}", 0..4), size in 1..50_usize) {
        prop_assume!(files.iter().all(|bytes| !format!("\r\n{bytes}\r\n").contains("\r\n--b")));
        let parts: Vec<String> = files.iter().map(|bytes| file("file:1", bytes)).collect();
        let body = [parts.concat(), "--b--\r\n".into()].concat();
        let expected: Vec<Piece> = files
            .iter()
            .flat_map(|bytes| [Some(part("file:1", true)), (!bytes.is_empty()).then(|| data(bytes)), Some(Piece::PartEnd)])
            .flatten()
            .collect();
        prop_assert_eq!(read(body.as_bytes(), size, Multipart::default()), (expected, None));
    }
}
