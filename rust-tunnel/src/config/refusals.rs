use std::collections::HashMap;

use bytes::Bytes;

use super::ConfigError;
use crate::protocol::Code;

/// What the front's refusals say where the application's serializer writes envelopes of its own.
#[derive(Debug, Default)]
pub struct Refusals(HashMap<Code, Bytes>);

impl Refusals {
    /// The complete body for a code; `None`: the built-in one.
    pub fn body(&self, code: Code) -> Option<Bytes> {
        self.0.get(&code).cloned()
    }

    pub(super) fn check(given: HashMap<String, String>) -> Result<Self, ConfigError> {
        let bodies = given.into_iter().map(|(name, body)| {
            let code = Code::ALL.iter().find(|code| code.as_str() == name);
            code.map(|code| (*code, body.into())).ok_or(ConfigError::Refusal { given: name })
        });
        bodies.collect::<Result<_, _>>().map(Refusals)
    }
}
