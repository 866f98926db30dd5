//! Forms with files (`multipart/form-data`), read as they come.

mod head;
mod params;
mod parser;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http_body::Body as _;

use super::loan::Loan;
use crate::config::Multipart;
use crate::protocol::{Code, Piece, Pieces, Unreadable};

pub use parser::Parser;

/// A request's body as the pieces of a form.
pub(super) struct Form {
    /// None once it has been read to its end, or can't be.
    body: Option<(Loan, Parser)>,
    ready: VecDeque<Piece>,
}

impl Form {
    /// Nothing is read before somebody polls; without a boundary nothing ever is.
    pub(super) fn pieces(content_type: &[u8], body: Loan, limits: Multipart) -> Pieces {
        let boundary = head::boundary(content_type);
        let invalid = Piece::Unreadable(Code::InvalidMultipart.into());
        let ready = if boundary.is_none() { VecDeque::from([invalid]) } else { VecDeque::new() };
        let body = boundary.map(|boundary| (body, Parser::new(&boundary, limits)));
        Pieces(Box::pin(Form { body, ready }))
    }

    fn fail(&mut self, why: Unreadable) {
        self.ready.push_back(Piece::Unreadable(why));
        self.body = None;
    }
}

impl Stream for Form {
    type Item = Piece;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        let this = &mut *self;
        loop {
            if let Some(piece) = this.ready.pop_front() {
                return Poll::Ready(Some(piece));
            }
            let Some((body, parser)) = &mut this.body else { return Poll::Ready(None) };
            let read = match ready!(Pin::new(body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => parser.push(data, &mut this.ready),
                    Err(_) => Ok(()),
                },
                Some(Err(error)) if error.is_late() => Err(Code::RequestTimeout.into()),
                // Whoever waits is cancelled.
                Some(Err(_)) => return Poll::Pending,
                None => {
                    let end = parser.end();
                    this.body = None;
                    end
                }
            };
            if let Err(why) = read {
                this.fail(why);
            }
        }
    }
}
