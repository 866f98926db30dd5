use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::thread::available_parallelism;

use toml::{Table, Value};

use super::OptionsError;

const MAX_WORKERS: usize = 256;

/// Looks a variable up.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A value, and the option's name as the user gave it.
#[derive(Debug)]
pub(crate) struct Given<T> {
    pub(super) name: String,
    pub(super) value: T,
}

/// Where options come from. Flags and variables arrive merged, as clap read them.
pub(super) struct Sources<'a> {
    environment: Environment<'a>,
    path: PathBuf,
    /// What of the file was not asked for yet.
    table: Table,
}

impl<'a> Sources<'a> {
    /// Reads the file, if there is one.
    pub(super) fn open(path: Option<PathBuf>, environment: Environment<'a>) -> Result<Self, OptionsError> {
        let mut sources = Sources { environment, path: PathBuf::new(), table: Table::new() };
        if let Some(path) = path {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                let name = sources.name("config", path.as_os_str());
                OptionsError::Io { name, path: path.clone(), error }
            })?;
            sources.table = text
                .parse()
                .map_err(|error| OptionsError::Toml { path: path.clone(), error: Box::new(error) })?;
            sources.path = path;
        }
        Ok(sources)
    }

    /// Refuses the file's keys that nobody has asked for.
    pub(super) fn end(self) -> Result<(), OptionsError> {
        let key = self.table.into_iter().next().map(|(key, _)| key);
        key.map_or(Ok(()), |key| Err(OptionsError::UnknownKey { key, path: self.path }))
    }

    /// A whole number; the default's name says that it is one.
    pub(super) fn number(
        &mut self,
        key: &str,
        flag: Option<String>,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> Result<Given<u64>, OptionsError> {
        let given = self.find_number(key, flag, range)?;
        Ok(given.unwrap_or_else(|| Given { name: format!("the default of {key}"), value: default }))
    }

    /// A whole number that has no default.
    pub(super) fn limit(
        &mut self,
        key: &str,
        flag: Option<String>,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, OptionsError> {
        Ok(self.find_number(key, flag, range)?.map(|given| given.value))
    }

    fn find_number(
        &mut self,
        key: &str,
        flag: Option<String>,
        range: RangeInclusive<u64>,
    ) -> Result<Option<Given<u64>>, OptionsError> {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        self.find(key, flag, &allowed, |read| read.whole().filter(|number| range.contains(number)))
    }

    pub(super) fn workers(&mut self, flag: Option<String>) -> Result<usize, OptionsError> {
        let auto = || available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
        let allowed = format!("auto, or a whole number from 1 to {MAX_WORKERS}");
        let given = self.find("workers", flag, &allowed, |read| match read.text() {
            Some("auto") => Some(auto()),
            _ => usize::try_from(read.whole()?).ok().filter(|count| (1..=MAX_WORKERS).contains(count)),
        })?;
        Ok(given.map_or_else(auto, |given| given.value))
    }

    pub(super) fn host(&mut self, flag: Option<String>) -> Result<IpAddr, OptionsError> {
        let given = self.find("host", flag, "an IP address", |read| read.text()?.parse().ok())?;
        Ok(given.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |given| given.value))
    }

    pub(super) fn switch(&mut self, key: &str, flag: Option<String>) -> Result<bool, OptionsError> {
        let given = self.find(key, flag, "true or false", |read| read.truth())?;
        Ok(given.is_some_and(|given| given.value))
    }

    pub(super) fn path(
        &mut self,
        key: &str,
        flag: Option<PathBuf>,
    ) -> Result<Option<Given<PathBuf>>, OptionsError> {
        // A path may be no UTF-8, so it does not go the way of the texts.
        match flag {
            Some(path) => {
                self.table.remove(key);
                Ok(Some(Given { name: self.name(key, path.as_os_str()), value: path }))
            }
            None => self.find(key, None, "a path", |read| read.text().map(PathBuf::from)),
        }
    }

    pub(super) fn node_args(&mut self, flag: Option<Vec<String>>) -> Result<Vec<String>, OptionsError> {
        let (flag_key, file_key) = ("node-arg", "node-args");
        if let Some(flag) = flag {
            self.table.remove(file_key);
            return Ok(match flag.as_slice() {
                [text] if self.is_variable(flag_key, text.as_ref()) => {
                    text.split_whitespace().map(str::to_owned).collect()
                }
                _ => flag,
            });
        }
        let given = self.find(file_key, None, "an array of strings", |read| match read {
            Read::Text(_) => None,
            Read::Toml(value) => {
                value.as_array()?.iter().map(|arg| arg.as_str().map(str::to_owned)).collect()
            }
        })?;
        Ok(given.map_or_else(Vec::new, |given| given.value))
    }

    /// The flag's or variable's value if there is one, else the file's.
    fn find<T>(
        &mut self,
        key: &str,
        flag: Option<String>,
        allowed: &str,
        read: impl Fn(Read<'_>) -> Option<T>,
    ) -> Result<Option<Given<T>>, OptionsError> {
        let in_file = self.table.remove(key);
        let (name, given, value) = match (flag, in_file) {
            (Some(text), _) => (self.name(key, text.as_ref()), format!("{text:?}"), read(Read::Text(&text))),
            (None, Some(value)) => {
                let name = format!("{key} in {}", self.path.display());
                (name, value.to_string(), read(Read::Toml(&value)))
            }
            (None, None) => return Ok(None),
        };
        match value {
            Some(value) => Ok(Some(Given { name, value })),
            None => Err(refused(name, given, allowed)),
        }
    }

    /// What the user has given a value as, by flag or by variable.
    fn name(&self, key: &str, given: &OsStr) -> String {
        if self.is_variable(key, given) { variable(key) } else { format!("--{key}") }
    }

    /// Clap does not say where it has a value from. A flag that says the same as the variable may be called either.
    fn is_variable(&self, key: &str, given: &OsStr) -> bool {
        (self.environment)(&variable(key)).is_some_and(|value| value == given)
    }
}

/// What is there to be read: a text from the command line or the environment, or a value of the file.
#[derive(Clone, Copy)]
enum Read<'a> {
    Text(&'a str),
    Toml(&'a Value),
}

impl<'a> Read<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Read::Text(text) => Some(text),
            Read::Toml(value) => value.as_str(),
        }
    }

    fn whole(self) -> Option<u64> {
        match self {
            Read::Text(text) => text.parse().ok(),
            Read::Toml(value) => value.as_integer()?.try_into().ok(),
        }
    }

    fn truth(self) -> Option<bool> {
        match self {
            Read::Text(text) => text.parse().ok(),
            Read::Toml(value) => value.as_bool(),
        }
    }
}

fn variable(key: &str) -> String {
    format!("RUST_TUNNEL_{}", key.to_uppercase().replace('-', "_"))
}

pub(super) fn refused(name: String, given: impl Display, allowed: &str) -> OptionsError {
    OptionsError::Value { name, given: given.to_string(), allowed: allowed.to_owned() }
}
