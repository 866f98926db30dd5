use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::http::io::Socket;
use crate::http::upload::{DRAINED, LINGER};

/// What is left to say at the end. `None`: the client takes nothing any more.
pub(super) type Farewell = Option<&'static [u8]>;

/// Ends a connection, within the time that a write may take.
pub(super) async fn part<S: Socket>(mut stream: S, farewell: Farewell, patience: Duration) {
    let parted = match farewell {
        // In a box, so that a connection that lives does not keep the room for it.
        Some(farewell) => tokio::time::timeout(patience, Box::pin(say(&mut stream, farewell))).await.is_ok(),
        None => false,
    };
    if !parted {
        stream.destroy();
    }
}

async fn say<S: Socket>(stream: &mut S, farewell: &[u8]) -> std::io::Result<()> {
    stream.write_all(farewell).await?;
    stream.shutdown().await?;
    if !farewell.is_empty() {
        // Closing on bytes that nobody has read resets the connection, and the reset overtakes the farewell.
        let mut rest = stream.take(DRAINED);
        let _ = tokio::time::timeout(LINGER, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    }
    Ok(())
}
