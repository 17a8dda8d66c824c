//! The value of `--backend`, and of `backend` in `precompile.toml`.

use crate::hinted::Hinted;
use precompile::{Backend, did_you_mean};
use serde::Deserialize;
use std::str::FromStr;

/// The parser of `--backend`.
pub(crate) const PARSER: Hinted<BackendArg> = Hinted::new(str::parse, || names().map(String::from).collect());

/// The values of `--backend`.
fn names() -> impl Iterator<Item = &'static str> {
    Backend::ALL.into_iter().map(Backend::name).chain(["auto"])
}

/// Both backends, for the slices of a fat artifact.
const BOTH: &str = "cranelift,winch";

/// The value of `--backend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum BackendArg {
    /// The named backend.
    Backend(Backend),
    /// The backend that costs less.
    Auto,
    /// Each of both, for the slices of a fat artifact.
    Both,
}

impl FromStr for BackendArg {
    type Err = String;

    fn from_str(name: &str) -> Result<BackendArg, String> {
        match name {
            "auto" => Ok(BackendArg::Auto),
            BOTH | "winch,cranelift" => Ok(BackendArg::Both),
            _ => name.parse().map(BackendArg::Backend).map_err(|_| {
                format!(
                    "there is no backend `{name}`: use `cranelift` or `winch`, or `auto` with `--expect-runs`{}",
                    did_you_mean(name, names())
                )
            }),
        }
    }
}

impl TryFrom<String> for BackendArg {
    type Error = String;

    fn try_from(name: String) -> Result<BackendArg, String> {
        name.parse()
    }
}
