use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;
use serde::Serialize;

use super::Code;

/// A form as it comes, piece by piece; nothing is read ahead of the consumer.
pub struct Pieces(pub Pin<Box<dyn Stream<Item = Piece> + Send>>);

/// What a form is made of, in its order. Parts that nobody asks for are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A part begins.
    Part(Part),
    /// The next bytes of the part under way.
    Data(Bytes),
    /// The part under way is complete.
    PartEnd,
    /// The form can't be read to its end; the last piece.
    Unreadable(Unreadable),
}

/// What is known of a part before its bytes; it crosses to JavaScript as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The form's name for it, a character for a byte.
    pub name: String,
    /// Whether it is a file or a field.
    pub file: bool,
    /// A file's name without its folders; there may be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// `type/subtype`, in lower case.
    #[serde(rename = "type")]
    pub media: String,
    /// How a field's bytes are a text, where the part says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
}

/// Why a form can't be read; it crosses to JavaScript as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// The code, as it stands on the wire.
    #[serde(serialize_with = "as_text")]
    pub code: Code,
    /// What is said.
    pub message: &'static str,
}

impl From<Code> for Unreadable {
    fn from(code: Code) -> Self {
        Unreadable { code, message: code.message() }
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pieces")
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn as_text<S: serde::Serializer>(code: &Code, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(code.as_str())
}
