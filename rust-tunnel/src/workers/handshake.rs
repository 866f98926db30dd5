use std::io;
use std::os::unix::net::UnixStream as StdStream;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

use super::process::WorkerError;
use crate::config::Config;
use crate::protocol::frame::{self, Kind};

/// Settings are small; more than this is no worker of ours.
const MAX_HELLO: usize = 1 << 20;

/// Reads a worker's first frame: which protocol it speaks, and how its tunnel is configured.
pub(super) async fn shake(mut stream: UnixStream) -> Result<(StdStream, Config), WorkerError> {
    let mut buffer = BytesMut::new();
    loop {
        if let Some((hello, _)) = frame::split(&buffer, MAX_HELLO).map_err(io::Error::other)? {
            if hello.kind != Kind::Hello || hello.status != frame::VERSION {
                return Err(WorkerError::Version { spoken: hello.status });
            }
            let settings = String::from_utf8_lossy(hello.payload);
            let config = Config::from_json(&settings)?;
            return Ok((stream.into_std()?, config));
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}
