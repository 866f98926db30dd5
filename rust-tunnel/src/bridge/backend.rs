use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::HeaderValue;
use serde_json::json;

use super::answer::Answer;
use super::upload::{self, Window};
use super::{Bell, Bridge, SHARED};
use crate::backend::{Admission, Backend, BackendError, Lent};
use crate::protocol::frame::{self, Kind};
use crate::protocol::{Call, Head, Reply, Report, Target};

/// Most reports that wait for JavaScript; more are counted and dropped.
pub(super) const MAX_WAITING_REPORTS: usize = 64;

impl<B: Bell> Backend for Bridge<B> {
    async fn admit(&self, target: &Target, head: &Head) -> Result<Admission, BackendError> {
        match self.ask(|out, id| frame::put_admit(out, id, target, head)).await? {
            Answer::Admitted => Ok(Admission::Accepted),
            Answer::Reply(reply) => Ok(Admission::Refused(reply)),
            Answer::Cut => Err(BackendError::Cut),
            Answer::Origin(_) | Answer::Broken => Err(BackendError::Protocol),
        }
    }

    async fn call(&self, call: Call) -> Result<Reply, BackendError> {
        let Call { target, head, admitted, content, interim } = call;
        let flags = frame::call_flags(admitted, &content, self.shared.terms.inline);
        let (bytes, rest) = upload::split(content, self.shared.terms.inline);
        let (inline, tail) = if bytes.len() < SHARED { (bytes, Bytes::new()) } else { (Bytes::new(), bytes) };
        let length = inline.len() + tail.len();
        let trailers = head.trailers.clone();
        let write = move |out: &mut Vec<u8>, id| {
            frame::put_call(out, id, &target, &head, flags, length);
            out.extend_from_slice(&inline);
        };
        let carry = |id| {
            let Some(rest) = rest else { return };
            let window = Arc::new(Window::default());
            self.shared.calls.open_upload(id, window.clone());
            tokio::spawn(upload::carry(self.clone(), id, rest, trailers, window));
        };
        self.asked(write, tail, Some(interim), carry).await?.into_reply()
    }

    async fn discover(&self, head: &Head) -> Result<Reply, BackendError> {
        self.ask(|out, id| frame::put_discover(out, id, head)).await?.into_reply()
    }

    async fn allow_origin(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        let present = if origin.is_some() { frame::PRESENT } else { 0 };
        let sent = origin.map_or(&[][..], HeaderValue::as_bytes);
        match self.ask(|out, id| frame::put(out, Kind::Origin, present, id, sent)).await {
            Ok(Answer::Origin(allowed)) => allowed,
            _ => None,
        }
    }

    fn report(&self, mut report: Report) {
        if self.shared.reports_waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING_REPORTS {
            self.shared.reports_dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let dropped = self.shared.reports_dropped.swap(0, Ordering::Relaxed);
        if let (1.., Some(data)) = (dropped, report.data.as_object_mut()) {
            data.insert("droppedBefore".to_owned(), json!(dropped));
        }
        if let Ok(record) = serde_json::to_vec(&report) {
            self.shared.doorbell.push(0, |out| frame::put(out, Kind::Report, 0, 0, &record));
        }
    }

    fn lent(&self) -> Option<Arc<Lent>> {
        Some(self.shared.lent.clone())
    }
}
