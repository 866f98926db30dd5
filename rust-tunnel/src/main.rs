//! `rust-tunnel`: the HTTP front before Node worker processes.

#[cfg(not(unix))]
compile_error!(
    "rust-tunnel needs Unix domain sockets; on this system use the addon, @bluelibs/runner-native"
);

mod options;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Serves @bluelibs/runner tunnels over HTTP, with handlers in Node worker processes.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the front and its worker, and serves until SIGTERM or SIGINT.
    Serve(options::Flags),
    /// Checks the options of `serve` and prints those in effect, as a file for --config.
    Check(options::Flags),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(flags) => serve::run(flags).await,
        Command::Check(flags) => options::check(flags),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            serve::say(&mut std::io::stderr(), &format!("rust-tunnel: {error}"));
            ExitCode::FAILURE
        }
    }
}
