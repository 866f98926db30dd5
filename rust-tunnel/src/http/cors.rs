use http::{HeaderMap, HeaderValue, header};

use super::headers::Headers;
use crate::backend::Backend;
use crate::config::{Cors, Origin};

/// The origin that may read this answer.
#[derive(Debug, Default)]
pub(super) struct Grant {
    origin: Option<HeaderValue>,
}

/// What a preflight asks for.
#[derive(Debug)]
pub(super) struct Asked {
    headers: Option<HeaderValue>,
}

impl Grant {
    /// Resolves the configured origin for one request (contract 1.3).
    pub(super) async fn resolve<B: Backend>(cors: &Cors, headers: Headers<'_>, backend: &B) -> Self {
        let origin = match &cors.origin {
            Origin::Nobody => None,
            Origin::Fixed(allowed) => Some(allowed.clone()),
            Origin::Listed(allowed) => sent_origin(headers).filter(|origin| allowed.contains(origin)),
            Origin::Asked => backend.allow_origin(sent_origin(headers).as_ref()).await,
        };
        Grant { origin: origin.filter(|origin| !origin.is_empty()) }
    }

    /// Adds what every ordinary answer carries.
    pub(super) fn put_actual(self, cors: &Cors, out: &mut HeaderMap) {
        self.put_origin(cors, out);
        if cors.credentials {
            out.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if let Some(exposed) = &cors.exposed_headers {
            out.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }

    /// Adds what a preflight is answered with.
    pub(super) fn put_preflight(self, cors: &Cors, asked: Asked, out: &mut HeaderMap) {
        self.put_origin(cors, out);
        out.insert(header::ACCESS_CONTROL_ALLOW_METHODS, cors.methods.clone());
        if let Some(allowed) = cors.allowed_headers.clone().or(asked.headers) {
            out.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
        if cors.credentials {
            out.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if let Some(age) = &cors.max_age {
            out.insert(header::ACCESS_CONTROL_MAX_AGE, age.clone());
        }
    }

    fn put_origin(self, cors: &Cors, out: &mut HeaderMap) {
        if cors.vary_origin {
            vary_by_origin(out);
        }
        if let Some(origin) = self.origin {
            out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
}

impl Asked {
    pub(super) fn of(headers: Headers<'_>) -> Self {
        let asked = headers.value(&header::ACCESS_CONTROL_REQUEST_HEADERS);
        Asked { headers: asked.and_then(|asked| HeaderValue::from_bytes(&asked).ok()) }
    }
}

/// Adds to what the answer varies by already; one line is left of several.
fn vary_by_origin(out: &mut HeaderMap) {
    if !out.contains_key(header::VARY) {
        out.insert(header::VARY, HeaderValue::from_static("Origin"));
        return;
    }
    let lines = out.get_all(header::VARY).iter();
    let fields = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b',')).map(<[u8]>::trim_ascii);
    let mut fields: Vec<&[u8]> = fields.filter(|field| !field.is_empty()).collect();
    if !fields.contains(&ORIGIN) {
        fields.push(ORIGIN);
    }
    let joined = HeaderValue::from_bytes(&fields.join(&b", "[..]));
    out.insert(header::VARY, joined.unwrap_or(HeaderValue::from_static("Origin")));
}

/// As the stock exposure writes it, and looks for it.
const ORIGIN: &[u8] = b"Origin";
const TRUE: HeaderValue = HeaderValue::from_static("true");

fn sent_origin(headers: Headers<'_>) -> Option<HeaderValue> {
    headers.value(&header::ORIGIN).and_then(|origin| HeaderValue::from_bytes(&origin).ok())
}
