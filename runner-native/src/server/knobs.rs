//! What can be done to a running server beside closing it, for those who know `http.Server`.

use std::sync::PoisonError;

use napi::Result;
use napi_derive::napi;
use rust_tunnel::config::Knob;

use super::{NativeServer, refused};

#[napi]
impl NativeServer {
    /// Changes `headMs`, `requestMs`, `keepAliveMs` or `maxConnections` for what comes next; 0 is no limit.
    #[napi(catch_unwind)]
    pub fn tune(&mut self, name: String, value: f64) -> Result<()> {
        let knob: Knob =
            name.parse().map_err(|error| refused(&format!("tune: {name} is no knob; {error}")))?;
        if value.is_nan() || value < 0.0 {
            return Err(refused(&format!("tune: {name} must be 0 or more, got {value}")));
        }
        // What is too large for the type is as good as no limit, and becomes the largest.
        let value = value as u64;
        if let Some(config) = &mut self.config {
            config.tune(knob, value);
        } else if let Some(server) = &*self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            server.tune(knob, value);
        }
        Ok(())
    }

    /// Ends the connections that have been answered and send nothing, as `http.Server.closeIdleConnections()`.
    #[napi(catch_unwind)]
    pub fn close_idle(&self) {
        if let Some(server) = &*self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            server.close_idle();
        }
    }

    /// Ends all connections and their calls, and goes on listening, as `http.Server.closeAllConnections()`.
    #[napi(catch_unwind)]
    pub fn close_all(&self) {
        if let Some(server) = &*self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            server.close_all();
        }
    }
}
