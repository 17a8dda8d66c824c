//! Why a shared store can't be used.

use thiserror::Error;

/// Why there is no such shared store.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// It is no URL.
    #[error("the shared cache is no URL ({0}): use one like `s3://bucket/prefix`")]
    NotAUrl(String),
    /// The URL has a character that must be escaped, perhaps in a password. It isn't shown.
    #[error(
        "the URL of the shared cache has `#`, or `@` behind `?`: write `%23`, `%3F` and `%40` for `#`, `?` \
         and `@` that don't separate its parts"
    )]
    Unescaped,
    /// The scheme is unknown.
    #[error(
        "there is no shared cache by `{0}`: use s3, redis, rediss, webdav, webdavs, file, gs, azblob or ghac"
    )]
    Scheme(String),
    /// The URL lacks something.
    #[error("the shared cache `{name}` has no {what}: use a URL like `{like}`")]
    Lacks {
        /// The URL, without credentials.
        name: String,
        /// What it lacks.
        what: &'static str,
        /// What a whole one looks like.
        like: &'static str,
    },
    /// The URL says something that isn't understood.
    #[error("the shared cache `{name}` knows no `{parameter}`: leave it out")]
    Parameter {
        /// The URL, without credentials.
        name: String,
        /// What is not understood.
        parameter: String,
    },
    /// The service refuses the configuration.
    #[error("the shared cache `{name}` can't be used: {why}")]
    Refused {
        /// The URL, without credentials.
        name: String,
        /// What its library says.
        why: String,
    },
    /// Neither reading nor writing.
    #[error("`{0}` is no mode of a shared cache: use `read-write` or `read-only`")]
    Mode(String),
}

/// What a shared store failed at, and is given up on for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RemoteError {
    /// It can't be read, and is not written either.
    #[error("this run does without the shared cache `{name}`: {why}")]
    Read {
        /// The URL, without credentials.
        name: String,
        /// What happened.
        why: String,
    },
    /// It can't be written; it is still read.
    #[error("this run stores nothing more in the shared cache `{name}`: {why}")]
    Write {
        /// The URL, without credentials.
        name: String,
        /// How much was not stored, and why.
        why: String,
    },
}
