use serde::Deserialize;

/// What a form may cost. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Multipart {
    /// A file of so many bytes is too large.
    pub file_size: Option<u64>,
    /// Most files, whatever they are called.
    pub files: Option<u64>,
    /// A field of so many bytes is too large.
    pub field_size: Option<u64>,
    /// Most fields, the manifest among them.
    pub fields: Option<u64>,
    /// So many parts are too many.
    pub parts: Option<u64>,
}
