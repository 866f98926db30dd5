use serde::Serialize;

/// How loud a log record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something a person should look at some day.
    Warn,
    /// Something broke.
    Error,
}

/// A log record for the application's logger; it crosses to JavaScript as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// How loud.
    pub level: Level,
    /// The record's name, `exposure.auth.failure` for example.
    pub message: &'static str,
    /// The record's fields.
    pub data: serde_json::Value,
}
