//! Everything that can be set. Checked once, at the edge; all failures come before a port is bound.
//!
//! JavaScript hands the settings over as JSON: the addon when it is constructed, a worker in its first frame.
//! `runner-native/ts/options.ts` makes that JSON out of the public options and explains each of them to users.

mod cors;
mod knob;
mod multipart;
mod refusals;
mod timeouts;

use std::collections::HashMap;
use std::sync::Arc;

use http::HeaderName;
use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use cors::{Cors, Origin};
pub use knob::{Knob, UnknownKnob};
pub use multipart::Multipart;
pub use refusals::Refusals;
pub use timeouts::{Timeouts, Tunable};

/// The checked configuration of one server.
#[derive(Debug)]
pub struct Config {
    /// The path under which everything is served; empty for the root, else `/...` without a slash at its end.
    pub base_path: String,
    /// Who may call.
    pub auth: Auth,
    /// Which web pages may read answers.
    pub cors: Cors,
    /// What a request may cost.
    pub limits: Limits,
    /// How long things may take.
    pub timeouts: Arc<Timeouts>,
    /// Whether discovery answers 404.
    pub disable_discovery: bool,
    /// What refusals say.
    pub refusals: Refusals,
}

/// Who may call.
#[derive(Debug)]
pub struct Auth {
    /// The header that carries the token.
    pub header: HeaderName,
    /// SHA-256 of each token. `None`: none is configured; an empty list is configured, and nobody's token matches.
    pub tokens: Option<Vec<[u8; 32]>>,
    /// Whether the backend has validators for callers whom no token let in.
    pub validator: bool,
    /// Whether anyone may call while neither token nor validator is configured.
    pub allow_anonymous: bool,
    /// Whether only this machine's own programs may call: no `auth` was configured at all.
    pub loopback_only: bool,
}

/// What a request may cost.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Largest JSON body, in bytes.
    pub json_max_size: u64,
    /// What a form may cost.
    pub multipart: Multipart,
    /// Most calls in flight; above it 503.
    pub max_in_flight: usize,
    /// Most connections; above it the listener waits.
    pub max_connections: usize,
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not the JSON of settings.
    #[error("settings can't be read: {0}")]
    Json(#[from] serde_json::Error),
    /// An option holds what can't go into a header.
    #[error("{option}: {given:?} can't be sent in an HTTP header")]
    Header {
        /// The option's name.
        option: &'static str,
        /// What was given.
        given: String,
    },
    /// A refusal is given for what is no code.
    #[error("refusals: {given:?} is no code")]
    Refusal {
        /// What was given.
        given: String,
    },
    /// Anyone in the network could call.
    #[error(
        "host {0} is reachable from other machines: set auth.token, auth.validate or auth.allowAnonymous"
    )]
    OpenHost(std::net::IpAddr),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Settings {
    base_path: String,
    auth: AuthSettings,
    cors: cors::CorsSettings,
    limits: Limits,
    timeouts: timeouts::TimeoutSettings,
    disable_discovery: bool,
    refusals: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuthSettings {
    header: String,
    tokens: Option<Vec<String>>,
    validator: bool,
    allow_anonymous: bool,
    loopback_only: bool,
}

impl Config {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// [`ConfigError`], which names the option.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let settings: Settings = serde_json::from_str(json)?;
        Ok(Config {
            base_path: normal_base_path(&settings.base_path),
            auth: settings.auth.check()?,
            cors: settings.cors.check()?,
            limits: settings.limits,
            timeouts: Arc::new(settings.timeouts.into()),
            disable_discovery: settings.disable_discovery,
            refusals: Refusals::check(settings.refusals)?,
        })
    }

    /// Refuses an address that others can reach while nobody has to say who they are.
    ///
    /// # Errors
    /// [`ConfigError::OpenHost`].
    pub fn check_host(&self, host: std::net::IpAddr) -> Result<(), ConfigError> {
        if self.auth.loopback_only && !host.is_loopback() {
            return Err(ConfigError::OpenHost(host));
        }
        Ok(())
    }
}

impl AuthSettings {
    fn check(self) -> Result<Auth, ConfigError> {
        let header = HeaderName::from_bytes(self.header.as_bytes())
            .map_err(|_| ConfigError::Header { option: "auth.header", given: self.header })?;
        // An empty token would let in whoever sends none (contract D8).
        let tokens = self.tokens.map(|tokens| {
            let tokens = tokens.iter().filter(|token| !token.is_empty());
            tokens.map(|token| Sha256::digest(token.as_bytes()).into()).collect()
        });
        Ok(Auth {
            header,
            tokens,
            validator: self.validator,
            allow_anonymous: self.allow_anonymous,
            loopback_only: self.loopback_only,
        })
    }
}

/// One slash before, one slash less behind, as the stock exposure; but the root serves (contract D1).
fn normal_base_path(given: &str) -> String {
    let with_slash = if given.starts_with('/') { given.to_owned() } else { format!("/{given}") };
    with_slash.strip_suffix('/').unwrap_or(&with_slash).to_owned()
}

#[cfg(test)]
pub(crate) mod tests;
