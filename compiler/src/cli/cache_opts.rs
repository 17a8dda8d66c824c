//! The options of the cache: its place, its size, and its use.

use crate::environment::variable;
#[cfg(not(feature = "shared-cache"))]
use crate::left_out::left_out;
use crate::message::{tell, tell_warning};
use anyhow::{Context, Result, anyhow};
use clap::Args;
use etcetera::BaseStrategy;
use precompile::artifact::quantity;
use precompile::cache::{Cache, Patience, Service, Store, StoreLimits, TrustedUsers, UnknownUsers};
use precompile::did_you_mean;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

const DAY_S: u64 = 24 * 60 * 60;

/// The options for the use of the cache. Each takes precedence over the environment variable that its help names.
#[derive(Args, Clone)]
#[command(next_help_heading = "Cache")]
pub(crate) struct CacheOpts {
    /// Compile without the cache: neither read nor fill it [env: PRECOMPILE_NO_CACHE]
    #[arg(long)]
    no_cache: bool,

    /// Read inputs and existing outputs again, even where they look unchanged since they were last read
    /// [env: PRECOMPILE_VERIFY_INPUTS]
    #[arg(long)]
    verify_inputs: bool,

    #[command(flatten)]
    store: StoreOpts,

    #[arg(long, value_name = "URL", help = remote_help())]
    cache_remote: Option<String>,

    /// Use of the shared cache: read-write or read-only
    /// [env: PRECOMPILE_CACHE_REMOTE_MODE] [default: read-write]
    #[arg(long, value_name = "MODE")]
    cache_remote_mode: Option<String>,
}

/// The help of `--cache-remote`.
fn remote_help() -> String {
    format!(
        "A cache that a team shares, used after the one on this machine: {} [env: PRECOMPILE_CACHE_REMOTE]",
        Service::ALL.map(Service::url).join(", ")
    )
}

/// The options of the store on this machine.
#[derive(Args, Clone)]
pub(crate) struct StoreOpts {
    /// The cache's folder [env: PRECOMPILE_CACHE_DIR] [default: `precompile` in the user's folder for
    /// caches]
    #[arg(long, value_name = "FOLDER")]
    cache_dir: Option<PathBuf>,

    /// Maximum size of the cache, such as 500M; the least recently used entries go first
    /// [env: PRECOMPILE_CACHE_MAX_SIZE] [default: 10GiB]
    #[arg(long, value_name = "SIZE")]
    cache_max_size: Option<String>,

    /// Users whose entries are used: `owner` those of this user and of root, where nobody else can write to them,
    /// `anyone` those of all who can write to the folder [env: PRECOMPILE_CACHE_TRUST] [default: owner]
    #[arg(long, value_name = "WHOM")]
    cache_trust: Option<String>,

    /// Time to wait for another process that holds the cache, or compiles the same, such as 30s
    /// or 5m; after it, the command goes on alone [env: PRECOMPILE_CACHE_WAIT] [default: 30s]
    #[arg(long, value_name = "DURATION")]
    cache_wait: Option<String>,

    /// Days that the cache keeps an unused entry [env: PRECOMPILE_CACHE_MAX_AGE] [default: 90]
    #[arg(long, value_name = "DAYS")]
    cache_max_age: Option<String>,
}

impl CacheOpts {
    /// The cache; `None` where the user wants none, or, with a warning, where there is no folder for it.
    ///
    /// # Errors
    ///
    /// If an option or a variable of the cache is wrong.
    pub(crate) fn cache(&self, quiet: bool) -> Result<Option<Cache>> {
        if self.is_unwanted() {
            return Ok(None);
        }
        let (limits, trust, wait) = (self.store.limits()?, self.store.trust()?, self.store.wait()?);
        let tell = move |text: &str| {
            if !quiet {
                tell(text)
            }
        };
        match self.store.folder() {
            Ok(folder) => {
                let store = Store::new(&folder).trusting(trust).waiting(Patience::new(wait, tell));
                Ok(Some(self.with_remote(Cache::new(store, limits))?))
            }
            Err(error) => {
                tell_warning(&format!("{error:#}"));
                Ok(None)
            }
        }
    }
}

impl CacheOpts {
    fn is_unwanted(&self) -> bool {
        self.no_cache || is_on("PRECOMPILE_NO_CACHE")
    }

    /// Reads files even where they look unchanged.
    pub(crate) fn verify_inputs(&self) -> bool {
        self.verify_inputs || is_on("PRECOMPILE_VERIFY_INPUTS")
    }

    /// The store on this machine; `None` where the user wants no cache, or there is no folder for it.
    pub(crate) fn store(&self) -> Option<Store> {
        if self.is_unwanted() { None } else { self.store.store().ok() }
    }
}

impl StoreOpts {
    /// The store, which reports what it waits for.
    ///
    /// # Errors
    ///
    /// If there is no folder for it, or an option or a variable of it is wrong.
    pub(crate) fn store(&self) -> Result<Store> {
        let patience = Patience::new(self.wait()?, tell);
        Ok(Store::new(&self.folder()?).trusting(self.trust()?).waiting(patience))
    }

    /// The store's folder.
    fn folder(&self) -> Result<PathBuf> {
        let named = self.cache_dir.clone().or_else(|| variable("PRECOMPILE_CACHE_DIR").map(PathBuf::from));
        if let Some(folder) = named {
            return Ok(folder);
        }
        let strategy = etcetera::choose_base_strategy();
        let nowhere = "there is no folder for caches: name one with `--cache-dir`, or use `--no-cache`";
        Ok(strategy.context(nowhere)?.cache_dir().join("precompile"))
    }

    fn trust(&self) -> Result<TrustedUsers> {
        let whom = text(&self.cache_trust, "PRECOMPILE_CACHE_TRUST");
        let wrong =
            |whom: &str, error: UnknownUsers| anyhow!("{error}{}", did_you_mean(whom, ["owner", "anyone"]));
        whom.map_or(Ok(TrustedUsers::default()), |whom| whom.parse().map_err(|error| wrong(&whom, error)))
    }

    fn wait(&self) -> Result<Duration> {
        let Some(time) = text(&self.cache_wait, "PRECOMPILE_CACHE_WAIT") else { return Ok(Patience::LIMIT) };
        quantity::duration(&time).context("the time to wait for the cache")
    }

    /// The limits of the store's size and age.
    ///
    /// # Errors
    ///
    /// If the user gives no valid size or age.
    pub(crate) fn limits(&self) -> Result<StoreLimits> {
        let mut limits = StoreLimits::default();
        if let Some(size) = text(&self.cache_max_size, "PRECOMPILE_CACHE_MAX_SIZE") {
            limits.max_bytes = quantity::bytes(&size).context("the cache's size")?;
        }
        if let Some(days) = text(&self.cache_max_age, "PRECOMPILE_CACHE_MAX_AGE") {
            let wrong = |_| anyhow!("`{days}` is no age for a cache: use a number of days");
            let days: u32 = days.parse().map_err(wrong)?;
            limits.max_age = Duration::from_secs(u64::from(days) * DAY_S);
        }
        Ok(limits)
    }
}

/// Tells whether a variable is set, to anything but `0`, `n`, `no` and `false`.
fn is_on(name: &str) -> bool {
    let is_yes = |value: OsString| !matches!(value.to_str(), Some("0" | "n" | "no" | "false"));
    variable(name).is_some_and(is_yes)
}

/// The value of an option, or else of a variable.
fn text(option: &Option<String>, name: &str) -> Option<String> {
    option.clone().or_else(|| variable(name)?.into_string().ok())
}

#[cfg(feature = "shared-cache")]
impl CacheOpts {
    fn with_remote(&self, cache: Cache) -> Result<Cache> {
        use precompile::cache::remote::{Mode, Remote, RemoteLimits};
        let Some(url) = text(&self.cache_remote, "PRECOMPILE_CACHE_REMOTE") else { return Ok(cache) };
        let mode = text(&self.cache_remote_mode, "PRECOMPILE_CACHE_REMOTE_MODE");
        let mode = match mode {
            Some(mode) => mode
                .parse::<Mode>()
                .map_err(|error| anyhow!("{error}{}", did_you_mean(&mode, ["read-write", "read-only"])))?,
            None => Mode::ReadWrite,
        };
        // The service's own variables, such as `AWS_ACCESS_KEY_ID`.
        let variable = |name: &str| variable(name)?.into_string().ok();
        Ok(cache.with_remote(Remote::connect(&url, mode, RemoteLimits::default(), &variable)?))
    }
}

#[cfg(not(feature = "shared-cache"))]
impl CacheOpts {
    fn with_remote(&self, cache: Cache) -> Result<Cache> {
        if text(&self.cache_remote, "PRECOMPILE_CACHE_REMOTE").is_some() {
            tell_warning(&left_out("the shared cache", "shared-cache"));
        }
        Ok(cache)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_service() {
        let expected = "A cache that a team shares, used after the one on this machine: s3://BUCKET/PREFIX, \
                        redis://HOST:PORT/DB, webdav://HOST/PATH, file:///FOLDER, gs://, azblob://, ghac://, \
                        reapi+grpc://HOST/INSTANCE \
                        [env: PRECOMPILE_CACHE_REMOTE]";
        assert_eq!(remote_help(), expected);
    }
}
