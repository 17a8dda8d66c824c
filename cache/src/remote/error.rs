//! The errors of a shared store.

use crate::service::Service;
use thiserror::Error;

/// An error in the URL or the settings of a shared store.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// The text is no URL.
    #[error("the shared cache is no URL ({0}): use one like `s3://bucket/prefix`")]
    NotAUrl(String),
    /// The URL has a character that must be escaped, perhaps in a password. So the URL isn't shown.
    #[error(
        "the URL of the shared cache has `#`, or `@` behind `?`: write `%23`, `%3F` and `%40` for `#`, `?` \
         and `@` that don't separate its parts"
    )]
    Unescaped,
    /// The scheme is unknown.
    #[error("no shared cache has the scheme `{0}`: use {known}", known = schemes())]
    Scheme(String),
    /// A parameter has a value that it can't have.
    #[error("the shared cache `{name}` has another `{parameter}` than {forms}")]
    Value {
        /// The URL, without credentials.
        name: String,
        /// The parameter.
        parameter: &'static str,
        /// The values that it may have.
        forms: String,
    },
    /// This build lacks what the scheme takes.
    #[error("the shared cache `{name}` takes a build with the feature `remote-exec`")]
    NoFarm {
        /// The URL, without credentials.
        name: String,
    },
    /// A part of the URL is missing.
    #[error("the shared cache `{name}` has no {what}: use a URL like `{like}`")]
    Lacks {
        /// The URL, without credentials.
        name: String,
        /// The missing part.
        what: &'static str,
        /// An example of a complete URL.
        like: &'static str,
    },
    /// The URL has an unknown parameter.
    #[error("the shared cache `{name}` has no parameter `{parameter}`: leave it out")]
    Parameter {
        /// The URL, without credentials.
        name: String,
        /// The unknown parameter.
        parameter: String,
    },
    /// The service's library refuses the configuration.
    #[error("the shared cache `{name}` can't be used: {why}")]
    Refused {
        /// The URL, without credentials.
        name: String,
        /// The library's error.
        why: String,
    },
    /// The text is no mode.
    #[error("`{0}` is no mode of a shared cache: use `read-write` or `read-only`")]
    Mode(String),
}

/// The failure of a shared store, after which it isn't used or not written any more.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RemoteError {
    /// A read failed: the store is neither read nor written any more.
    #[error("this run does without the shared cache `{name}`: {why}")]
    Read {
        /// The URL, without credentials.
        name: String,
        /// The reason.
        why: String,
    },
    /// A write failed: the store is still read.
    #[error("this run stores nothing more in the shared cache `{name}`: {why}")]
    Write {
        /// The URL, without credentials.
        name: String,
        /// The number of entries that were not stored, and the reason.
        why: String,
    },
}

/// The schemes of all services.
fn schemes() -> String {
    let all: Vec<_> = Service::ALL.iter().flat_map(|service| service.schemes()).copied().collect();
    all.split_last().map_or_else(String::new, |(last, others)| format!("{} or {last}", others.join(", ")))
}
