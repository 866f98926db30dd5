use http::StatusCode;

/// Every error code the wire can carry, with its status and its default message.
///
/// The same table stands in `runner-native/ts/errors.ts` and in `docs/LIFECYCLE.md`; tests on both sides compare
/// theirs with the document.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $message:literal;)*) => {
        /// An error code of the wire, the `code` member of an error envelope.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            /// All codes, in the order of the table in `docs/LIFECYCLE.md`.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The code as it stands on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text),* }
            }

            /// The status it is sent with.
            pub fn status(self) -> StatusCode {
                match self { $(Code::$name => StatusCode::$status),* }
            }

            /// What is said when there is nothing more to say.
            pub fn message(self) -> &'static str {
                match self { $(Code::$name => $message),* }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or the serializer refuses it.
    InvalidJson = "INVALID_JSON", BAD_REQUEST, "Invalid JSON body";
    /// The body breaks HTTP's own rules (a bad chunk, an early end).
    BadRequest = "BAD_REQUEST", BAD_REQUEST, "Bad Request";
    /// The body is no form, or ends before the form does.
    InvalidMultipart = "INVALID_MULTIPART", BAD_REQUEST, "Invalid multipart payload";
    /// The form has no manifest.
    MissingManifest = "MISSING_MANIFEST", BAD_REQUEST, "Missing manifest";
    /// The event is marked parallel: several listeners run at once, and no payload comes back.
    ParallelEventReturnUnsupported = "PARALLEL_EVENT_RETURN_UNSUPPORTED", BAD_REQUEST, "Returning a payload is not supported";
    /// No configured token and no validator accepted the caller.
    Unauthorized = "UNAUTHORIZED", UNAUTHORIZED, "Unauthorized";
    /// The target is not open to callers.
    Forbidden = "FORBIDDEN", FORBIDDEN, "Forbidden";
    /// No such route, task or event.
    NotFound = "NOT_FOUND", NOT_FOUND, "Not Found";
    /// The route exists, not for this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED, "Method Not Allowed";
    /// The body did not arrive within `timeouts.requestMs`.
    RequestTimeout = "REQUEST_TIMEOUT", REQUEST_TIMEOUT, "Request Timeout";
    /// The body is larger than `limits.json.maxSize`, or a form passes one of `limits.multipart`.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", PAYLOAD_TOO_LARGE, "Payload too large";
    /// A fault of the server or of a handler; the cause is in the log only.
    InternalError = "INTERNAL_ERROR", INTERNAL_SERVER_ERROR, "Internal Error";
    /// The form has no part for a file that its manifest names.
    MissingFilePart = "MISSING_FILE_PART", INTERNAL_SERVER_ERROR, "Internal Error";
    /// The form ends inside a file.
    StreamError = "STREAM_ERROR", INTERNAL_SERVER_ERROR, "Internal Error";
    /// Neither token nor validator is configured, and anonymous callers are not allowed.
    AuthNotConfigured = "AUTH_NOT_CONFIGURED", INTERNAL_SERVER_ERROR, "Authentication not configured.";
    /// The worker process that had the call is gone; the call may have run.
    WorkerLost = "WORKER_LOST", BAD_GATEWAY, "Worker lost";
    /// More than `limits.maxInFlight` calls are in flight.
    Overloaded = "OVERLOADED", SERVICE_UNAVAILABLE, "Overloaded";
    /// The server is closing.
    Closing = "CLOSING", SERVICE_UNAVAILABLE, "Server is closing";
    /// No worker process is up.
    NoWorker = "NO_WORKER", SERVICE_UNAVAILABLE, "No worker available";
    /// The handler did not settle within `timeouts.handlerMs`.
    HandlerTimeout = "HANDLER_TIMEOUT", GATEWAY_TIMEOUT, "Handler timed out";
}

#[cfg(test)]
mod tests {
    use super::Code;

    /// Reads the rows `| code | status | message |` of the document's table of codes.
    fn documented() -> Vec<(String, u16, String)> {
        let page = include_str!("../../../docs/LIFECYCLE.md");
        page.lines()
            .filter_map(|line| {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                let code = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
                let status = cells.get(2)?.parse().ok()?;
                let message = cells.get(3)?.strip_prefix('`')?.strip_suffix('`')?;
                Some((code.to_owned(), status, message.to_owned()))
            })
            .collect()
    }

    #[test]
    fn the_document_lists_the_same_codes() {
        let table: Vec<_> = Code::ALL
            .iter()
            .map(|code| (code.as_str().to_owned(), code.status().as_u16(), code.message().to_owned()))
            .collect();
        assert_eq!(documented(), table);
    }
}
