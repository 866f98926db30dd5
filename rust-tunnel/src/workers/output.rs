use std::io::Write;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// A longer line is cut into several.
const MAX_LINE: u64 = 64 * 1024;

/// Passes the lines of a worker through, each with its number before it, until the worker closes its end.
pub(super) fn pass_through(
    number: usize,
    from: impl AsyncRead + Send + Unpin + 'static,
    mut to: impl Write + Send + 'static,
) {
    tokio::spawn(async move {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        loop {
            line.clear();
            line.extend_from_slice(format!("[worker {number}] ").as_bytes());
            let read = (&mut from).take(MAX_LINE).read_until(b'\n', &mut line).await;
            if read.is_err() || matches!(read, Ok(0)) {
                return;
            }
            if !line.ends_with(b"\n") {
                line.push(b'\n');
            }
            // A reader that has gone is no reason to stop.
            let _ = to.write_all(&line).and_then(|()| to.flush());
        }
    });
}
