use std::io;

use bytes::BytesMut;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::process::WorkerError;
use crate::config::Config;
use crate::protocol::frame::{self, Kind};

/// Settings are small; more than this is no worker of ours.
const MAX_HELLO: usize = 1 << 20;

/// What a worker says of itself.
#[derive(Debug)]
pub(super) struct Hello {
    pub(super) settings: Value,
    pub(super) config: Config,
}

/// Reads a worker's first frame: which protocol it speaks, and how its tunnel is configured.
pub(super) async fn shake(stream: &mut (impl AsyncRead + Unpin)) -> Result<Hello, WorkerError> {
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
            let config = Config::from_json(&settings)?;
            let settings = serde_json::from_str(&settings).map_err(io::Error::other)?;
            return Ok(Hello { settings, config });
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}
