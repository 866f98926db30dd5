use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::BytesMut;

thread_local! {
    /// The last date and its second. Each IO thread has its own, so that no answer waits for another thread.
    static LAST: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
}

/// Appends the date of now as HTTP has it (RFC 9110, 5.6.7).
pub(super) fn put(out: &mut BytesMut) {
    let now = SystemTime::now();
    let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    LAST.with_borrow_mut(|(of, text)| {
        if *of != second {
            (*of, *text) = (second, httpdate::fmt_http_date(now));
        }
        out.extend_from_slice(text.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_the_date_of_now() {
        for _ in 0..2 {
            let mut out = bytes::BytesMut::new();
            super::put(&mut out);
            let read = httpdate::parse_http_date(std::str::from_utf8(&out).unwrap()).unwrap();
            assert!(read.elapsed().unwrap() < std::time::Duration::from_secs(60));
        }
    }
}
