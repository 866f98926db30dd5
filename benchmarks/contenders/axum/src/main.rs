//! The limit: the benchmark's work in bare axum on one current-thread runtime, without JavaScript.
//!
//! Prints `{"port":N}` when it listens, and ends on SIGTERM (the default action).

use std::io::{self, Write};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::post;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

type Token = Arc<[u8]>;

#[derive(Deserialize)]
struct Envelope {
    input: Sum,
}

/// Whole numbers, so that the answer reads `3` as JavaScript writes it, not `3.0`.
#[derive(Deserialize)]
struct Sum {
    a: i64,
    b: i64,
}

#[derive(Serialize)]
struct Answer {
    ok: bool,
    result: i64,
}

/// Proof that the caller's token was right; taken from the head, so before the body is read.
struct Authorised;

impl FromRequestParts<Token> for Authorised {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, token: &Token) -> Result<Self, Self::Rejection> {
        match parts.headers.get("x-runner-token") {
            Some(given) if given.as_bytes() == &**token => Ok(Self),
            _ => Err((StatusCode::UNAUTHORIZED, "Unauthorized")),
        }
    }
}

async fn add(_: Authorised, Json(envelope): Json<Envelope>) -> Json<Answer> {
    let Sum { a, b } = envelope.input;
    Json(Answer { ok: true, result: a.wrapping_add(b) })
}

fn announce(port: u16) -> io::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{{\"port\":{port}}}")?;
    stdout.flush()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let token = std::env::var("BENCH_TOKEN").map_err(io::Error::other)?;
    let app = Router::new()
        .route("/__runner/task/app.tasks.add", post(add))
        .with_state(Token::from(token.into_bytes()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    announce(listener.local_addr()?.port())?;
    let listener = listener.tap_io(|stream| {
        // A socket that refuses the option still works, only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await
}
