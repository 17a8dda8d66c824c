//! The options of a build farm.

use crate::environment::variable;
use anyhow::{Result, anyhow};
use clap::Args;
use precompile::artifact::quantity;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The options of a build farm.
#[derive(Args, Clone)]
#[command(next_help_heading = "Build farm")]
pub(crate) struct RemoteOpts {
    /// Farm that compiles, by the Remote Execution API: grpc://HOST[:PORT][/INSTANCE], or grpcs:// for TLS [env:
    /// PRECOMPILE_REMOTE_EXEC]
    ///
    /// Each module is an action: this command, the module, and the options. Artifacts are checked, signed and cached
    /// here. What the farm fails to do twice is compiled here.
    #[arg(long, value_name = "URL")]
    remote_exec: Option<String>,

    /// Actions under way at a time
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(super) remote_jobs: u16,

    /// Time that an action may take: 30s, 10m; with the wait for a worker three times as long
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = quantity::duration)]
    pub(super) remote_timeout: Duration,

    /// Property that workers must have, such as OSFamily=linux; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) remote_platform: Vec<(String, String)>,

    /// Header of each call, with its value in an environment variable: authorization=FARM_TOKEN; may be repeated
    #[arg(long, value_name = "NAME=VARIABLE", value_parser = pair)]
    pub(super) remote_header: Vec<(String, String)>,

    /// Authorities of the farm's certificate, in PEM [default: the system's]
    #[arg(long, value_name = "FILE")]
    pub(super) remote_ca: Option<PathBuf>,

    /// Certificate of this client, in PEM
    #[arg(long, value_name = "FILE", requires = "remote_key")]
    pub(super) remote_cert: Option<PathBuf>,

    /// Key of that certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "remote_cert")]
    pub(super) remote_key: Option<PathBuf>,

    /// Command that workers run: a build of the same sources, such as one that is linked statically [default: this
    /// command]
    #[arg(long, value_name = "FILE")]
    pub(super) remote_worker: Option<PathBuf>,
}

impl RemoteOpts {
    /// The address of the farm, where one is to be used.
    ///
    /// # Errors
    ///
    /// If the variable is no text.
    pub(super) fn address(&self) -> Result<Option<String>> {
        let of_variable = || {
            let value = variable("PRECOMPILE_REMOTE_EXEC").map(OsString::into_string).transpose();
            value.map_err(|_| anyhow!("the environment variable `PRECOMPILE_REMOTE_EXEC` is no text"))
        };
        self.remote_exec.clone().map_or_else(of_variable, |address| Ok(Some(address)))
    }
}

/// Two texts with `=` between them.
fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.into(), value.into())),
        _ => Err("it has the form NAME=VALUE".into()),
    }
}
