use std::str::FromStr;

use super::{Config, Timeouts, Tunable};

/// What can be changed while a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// `timeouts.headMs`.
    Head,
    /// `timeouts.requestMs`.
    Request,
    /// `timeouts.keepAliveMs`.
    KeepAlive,
    /// `limits.maxConnections`; 0 is no limit, as in Node.
    MaxConnections,
}

/// There is no knob of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("known here: headMs, requestMs, keepAliveMs, maxConnections")]
pub struct UnknownKnob;

impl FromStr for Knob {
    type Err = UnknownKnob;

    fn from_str(name: &str) -> Result<Self, UnknownKnob> {
        Ok(match name {
            "headMs" => Knob::Head,
            "requestMs" => Knob::Request,
            "keepAliveMs" => Knob::KeepAlive,
            "maxConnections" => Knob::MaxConnections,
            _ => return Err(UnknownKnob),
        })
    }
}

impl Timeouts {
    /// The timeout behind a knob, if it is a timeout.
    pub(crate) fn tunable(&self, knob: Knob) -> Option<&Tunable> {
        match knob {
            Knob::Head => Some(&self.head),
            Knob::Request => Some(&self.request),
            Knob::KeepAlive => Some(&self.keep_alive),
            Knob::MaxConnections => None,
        }
    }
}

impl Config {
    /// Changes what a server will begin with.
    pub fn tune(&mut self, knob: Knob, value: u64) {
        match self.timeouts.tunable(knob) {
            Some(timeout) => timeout.set(value),
            None => self.limits.max_connections = usize::try_from(value).unwrap_or(usize::MAX),
        }
    }
}
