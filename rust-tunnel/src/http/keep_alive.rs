use std::cell::RefCell;
use std::time::Duration;

use http::HeaderValue;

thread_local! {
    /// The last header and its seconds. Each IO thread has its own, so that no answer waits for another thread.
    static LAST: RefCell<(u64, Option<HeaderValue>)> = const { RefCell::new((0, None)) };
}

/// What answers say of `timeouts.keepAliveMs`: whole seconds, as in Node.
pub(super) fn header(keep_alive: Duration) -> Option<HeaderValue> {
    let seconds = keep_alive.as_secs();
    LAST.with_borrow_mut(|(of, header)| {
        if *of != seconds || header.is_none() {
            (*of, *header) = (seconds, HeaderValue::try_from(format!("timeout={seconds}")).ok());
        }
        header.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_the_timeout() {
        for (millis, text) in [(700, "timeout=0"), (5000, "timeout=5"), (5999, "timeout=5"), (0, "timeout=0")]
        {
            assert_eq!(header(Duration::from_millis(millis)).unwrap(), text);
        }
    }
}
