use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;
use url::Url;

use super::rejection::Rejection;
use crate::protocol::{Target, TargetKind};

/// Where a path under the base path leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Nowhere.
    Unknown,
    /// To the list of ids.
    Discovery,
    /// To a task or an event.
    Target(Target),
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Discover,
    Call(Target),
}

impl Route {
    /// Looks at the method only where the path leads somewhere.
    pub(super) fn operation(self, method: &Method, disable_discovery: bool) -> Result<Operation, Rejection> {
        match self {
            Route::Unknown => Err(Rejection::NotFound),
            Route::Discovery if disable_discovery => Err(Rejection::NotFound),
            Route::Discovery if method == Method::GET => Ok(Operation::Discover),
            Route::Target(target) if method == Method::POST => Ok(Operation::Call(target)),
            Route::Discovery | Route::Target(_) => Err(Rejection::MethodNotAllowed),
        }
    }
}

/// Reads a request target as the stock exposure does (contract 1.1). `None`: not under the base path.
pub(super) fn find(base_path: &str, target: &str) -> Option<Route> {
    let path = pathname(target)?;
    let rest = path.strip_prefix(base_path)?;
    if !(rest.is_empty() || rest.starts_with('/')) {
        return None;
    }
    let mut segments = rest.split('/').filter(|segment| !segment.is_empty());
    let kind = match segments.next() {
        Some("discovery") => return Some(Route::Discovery),
        Some("task") => TargetKind::Task,
        Some("event") => TargetKind::Event,
        _ => return Some(Route::Unknown),
    };
    Some(match target_id(segments) {
        Some(id) if !id.is_empty() => Route::Target(Target { kind, id }),
        _ => Route::Unknown,
    })
}

/// The segments with slashes between them, decoded once, as `decodeURIComponent` would.
fn target_id<'a>(segments: impl Iterator<Item = &'a str>) -> Option<String> {
    let encoded = segments.fold(String::new(), |mut id, segment| {
        if !id.is_empty() {
            id.push('/');
        }
        id.push_str(segment);
        id
    });
    if !encoded.contains('%') {
        return Some(encoded);
    }
    let escapes_are_whole = encoded.split('%').skip(1).all(|after| {
        matches!(after.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    });
    let decoded = percent_decode_str(&encoded).decode_utf8().ok().filter(|_| escapes_are_whole)?;
    Some(decoded.into_owned())
}

/// `new URL(target, 'http://localhost').pathname`.
pub(super) fn pathname(target: &str) -> Option<Cow<'_, str>> {
    if is_plain(target) {
        return Some(Cow::Borrowed(target));
    }
    let url = match target.as_bytes() {
        // Any number of slashes goes before a host, which the crate knows only behind a scheme.
        [b'/' | b'\\', b'/' | b'\\', ..] => Url::parse(&format!("http:{target}")),
        _ => Url::parse("http://localhost").and_then(|base| base.join(target)),
    };
    Some(Cow::Owned(url.ok()?.path().to_owned()))
}

/// Whether the URL parser would leave it as it is: only a path, nothing to encode, no dot segments, no second slash in
/// front.
fn is_plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    let first_is_segment = matches!(bytes, [b'/'] | [b'/', 0x21..=0x2E | 0x30..=0x7E, ..]);
    let mut before = 0;
    first_is_segment
        && bytes.iter().all(|&byte| {
            let starts_dots = before == b'/' && matches!(byte, b'.' | b'%');
            before = byte;
            !starts_dots && is_path_byte(byte)
        })
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte)
}

#[cfg(test)]
mod tests;
