//! The models both products speak: what a call is, what answers it, and how the two travel as bytes.
//!
//! This module imports nothing else of the crate, so it can become a crate of its own by moving a folder.

mod body;
mod call;
mod code;
pub mod frame;
mod interim;
mod latin1;
mod piece;
mod plain;
mod reply;
mod report;
mod request_id;
mod trailers;

pub use body::{Body, BodyError, BodyStream, Late};
pub use call::{Call, Content, Head, Target, TargetKind};
pub use code::Code;
pub use interim::Interim;
pub use latin1::latin1_to_str;
pub use piece::{Part, Piece, Pieces, Unreadable};
pub(crate) use reply::header_lines;
pub use reply::{Dress, ReasonPhrase, Reply};
pub use report::{Level, Report};
pub use request_id::RequestId;
pub use trailers::Trailers;
