use http::HeaderValue;
use serde::Deserialize;

use super::ConfigError;

/// Which web pages may read answers, and what a preflight tells them. All values are ready to send.
#[derive(Debug)]
pub struct Cors {
    /// Who is allowed.
    pub origin: Origin,
    /// Whether answers say that they depend on the origin.
    pub vary_origin: bool,
    /// Whether credentials may be sent.
    pub credentials: bool,
    /// `Access-Control-Allow-Methods`.
    pub methods: HeaderValue,
    /// `Access-Control-Allow-Headers`; `None` echoes what the browser asks for.
    pub allowed_headers: Option<HeaderValue>,
    /// `Access-Control-Expose-Headers`.
    pub exposed_headers: Option<HeaderValue>,
    /// `Access-Control-Max-Age`, in seconds.
    pub max_age: Option<HeaderValue>,
}

/// Which origins are allowed.
#[derive(Debug)]
pub enum Origin {
    /// None; no `Access-Control-Allow-Origin` is ever sent.
    Nobody,
    /// This value, whoever asks; `*` is one.
    Fixed(HeaderValue),
    /// Those in the list.
    Listed(Vec<HeaderValue>),
    /// The backend is asked.
    Asked,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CorsSettings {
    origin: OriginSettings,
    vary_origin: bool,
    credentials: bool,
    methods: Vec<String>,
    allowed_headers: Vec<String>,
    exposed_headers: Vec<String>,
    max_age: Option<serde_json::Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
enum OriginSettings {
    Nobody,
    Fixed(String),
    Listed(Vec<String>),
    Asked,
}

impl CorsSettings {
    pub(super) fn check(self) -> Result<Cors, ConfigError> {
        let methods = header_list("cors.methods", &self.methods)?;
        Ok(Cors {
            origin: self.origin.check()?,
            vary_origin: self.vary_origin,
            credentials: self.credentials,
            methods: methods.unwrap_or(HeaderValue::from_static("POST, OPTIONS")),
            allowed_headers: header_list("cors.allowedHeaders", &self.allowed_headers)?,
            exposed_headers: header_list("cors.exposedHeaders", &self.exposed_headers)?,
            max_age: self.max_age.map(|age| header("cors.maxAge", &age.to_string())).transpose()?,
        })
    }
}

impl OriginSettings {
    fn check(self) -> Result<Origin, ConfigError> {
        const OPTION: &str = "cors.origin";
        Ok(match self {
            OriginSettings::Nobody => Origin::Nobody,
            OriginSettings::Fixed(origin) => Origin::Fixed(header(OPTION, &origin)?),
            OriginSettings::Listed(origins) => {
                Origin::Listed(origins.iter().map(|origin| header(OPTION, origin)).collect::<Result<_, _>>()?)
            }
            OriginSettings::Asked => Origin::Asked,
        })
    }
}

fn header_list(option: &'static str, items: &[String]) -> Result<Option<HeaderValue>, ConfigError> {
    if items.is_empty() { Ok(None) } else { header(option, &items.join(", ")).map(Some) }
}

fn header(option: &'static str, value: &str) -> Result<HeaderValue, ConfigError> {
    HeaderValue::from_str(value).map_err(|_| ConfigError::Header { option, given: value.to_owned() })
}
