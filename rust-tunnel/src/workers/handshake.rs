use std::io;

use bytes::BytesMut;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::process::WorkerError;
use crate::config::Config;
use crate::protocol::frame::{self, Kind};

/// Settings are small; more than this is no worker of ours.
const MAX_HELLO: usize = 1 << 20;

/// Reads a worker's first frame: which protocol it speaks, and how its tunnel is configured.
pub(super) async fn shake(stream: &mut (impl AsyncRead + Unpin)) -> Result<Value, WorkerError> {
    let mut buffer = BytesMut::new();
    loop {
        if let Some((hello, after)) = frame::split(&buffer, MAX_HELLO).map_err(io::Error::other)? {
            if hello.kind != Kind::Hello || hello.status != frame::VERSION {
                return Err(WorkerError::Version { spoken: hello.status });
            }
            if !after.is_empty() {
                return Err(io::Error::other("it says more before it is welcome").into());
            }
            let settings = String::from_utf8_lossy(hello.payload);
            Config::from_json(&settings)?;
            return Ok(serde_json::from_str(&settings).map_err(io::Error::other)?);
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}

/// Waits until a worker that was welcomed can take calls. Returns what it has said after that.
pub(super) async fn settle(stream: &mut (impl AsyncRead + Unpin)) -> Result<BytesMut, WorkerError> {
    let mut buffer = BytesMut::new();
    loop {
        if let Some((frame, after)) = frame::split(&buffer, MAX_HELLO).map_err(io::Error::other)? {
            return match frame.kind {
                Kind::Ready => Ok(BytesMut::from(after)),
                _ => Err(io::Error::other("it does not want to take calls").into()),
            };
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// What a worker says first, as both languages' tests know it.
    fn hello() -> Vec<u8> {
        let lines = include_str!("../../golden/hello.hex").lines();
        let digits: String = lines.filter_map(|line| line.split('#').next()).collect();
        let digits: Vec<u32> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
    }

    /// A handshake with somebody who writes these pieces and then nothing more.
    fn shaken(pieces: Vec<Vec<u8>>) -> Result<Value, WorkerError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut near, mut far) = tokio::io::duplex(64);
            let writing = async move {
                for piece in pieces {
                    // The front may have refused it already.
                    if far.write_all(&piece).await.is_err() {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            };
            // Dropped when it has been shaken, so that the other side can't wait for it.
            let shaking = async move { shake(&mut near).await };
            tokio::join!(shaking, writing).0
        })
    }

    proptest! {
        #[test]
        fn it_is_the_same_in_whatever_pieces_it_comes(cuts in prop::collection::vec(1_usize..200, 0..20)) {
            let mut rest = hello();
            let mut pieces = Vec::new();
            for cut in cuts {
                let after = rest.split_off(cut.min(rest.len()));
                pieces.push(std::mem::replace(&mut rest, after));
            }
            pieces.push(rest);
            prop_assert!(shaken(pieces).is_ok());
        }

        #[test]
        fn whatever_else_comes_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..40) {
            let mut spoiled = hello();
            spoiled.truncate(at);
            spoiled.extend(bytes);
            if !hello().starts_with(&spoiled[..at.min(spoiled.len())]) || spoiled != hello() {
                prop_assert!(shaken(vec![spoiled]).is_err());
            }
        }
    }

    #[test]
    fn one_that_speaks_too_soon_another_version_or_without_end_is_refused() {
        let mut late = hello();
        late.extend_from_slice(&hello());
        assert!(shaken(vec![late]).is_err());
        let mut other = hello();
        other[6] += 1;
        assert!(
            matches!(shaken(vec![other]), Err(WorkerError::Version { spoken }) if spoken == frame::VERSION + 1)
        );
        let endless = vec![vec![0xff, 0xff, 0xff, 0x7f], vec![0; 100]];
        assert!(shaken(endless).unwrap_err().to_string().contains("out of bounds"));
    }
}
