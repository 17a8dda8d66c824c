//! What a module may cost that nobody trusts.

use crate::inputs::Input;
use crate::isolate::Isolation;
use anyhow::{Result, ensure};
use clap::Args;
use precompile::setting;
use precompile::{Attempt, Engines, Options};
use std::io::{Read, stdin};
use std::time::Duration;

const DEFAULT_MEMORY_BYTES: u64 = 4 << 30;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// What a module may cost.
#[derive(Args)]
#[command(next_help_heading = "Modules that nobody trusts")]
pub(crate) struct BoundsOpts {
    /// Compile each module in a process of its own, so that one that takes too much, or that the
    /// compiler dies of, costs only itself
    #[arg(long)]
    isolate: bool,

    /// How much memory such a process may take, such as 512M [default: 4G]
    #[arg(long, value_name = "BYTES", requires = "isolate", value_parser = bytes)]
    max_memory: Option<u64>,

    /// How long such a process may take: 500ms, 10s, 5m [default: 5m]
    #[arg(long, value_name = "DURATION", requires = "isolate", value_parser = duration)]
    timeout: Option<Duration>,

    /// How large an input may be, such as 64M
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_input_size: Option<u64>,
}

fn bytes(text: &str) -> Result<u64, String> {
    setting::bytes(text).ok_or_else(|| "use a number of bytes, such as 512M".into())
}

/// Reads a duration of a command line.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    setting::duration(text).ok_or_else(|| "use seconds, or a number with us, ms, s, m or h".into())
}

impl BoundsOpts {
    /// The bounds, where each process may use so many threads.
    ///
    /// # Errors
    ///
    /// Where this system can't keep them.
    pub(crate) fn bounds(&self, threads: usize) -> Result<Bounds> {
        let max_input_bytes = self.max_input_size;
        if !self.isolate {
            let engines = Engines::default();
            let attempt =
                move |options: &Options, module: &[u8]| precompile::attempt_with(&engines, options, module);
            return Ok(Bounds { attempt: Box::new(attempt), is_isolated: false, max_input_bytes });
        }
        let isolation = Isolation::new(
            self.max_memory.unwrap_or(DEFAULT_MEMORY_BYTES),
            self.timeout.unwrap_or(DEFAULT_TIMEOUT),
            threads,
        )?;
        let attempt = move |options: &Options, module: &[u8]| isolation.compile(options, module);
        Ok(Bounds { attempt: Box::new(attempt), is_isolated: true, max_input_bytes })
    }
}

/// What a module may cost.
pub(crate) struct Bounds {
    attempt: Box<Attempt<'static>>,
    is_isolated: bool,
    max_input_bytes: Option<u64>,
}

impl Bounds {
    /// What compiles within them.
    pub(crate) fn attempt(&self) -> &Attempt<'static> {
        &*self.attempt
    }

    /// Whether only processes of their own may look into modules.
    pub(crate) fn is_isolated(&self) -> bool {
        self.is_isolated
    }

    /// Whether inputs may only have so many bytes.
    pub(crate) fn is_input_limited(&self) -> bool {
        self.max_input_bytes.is_some()
    }

    /// Whether an input of this size may be read.
    ///
    /// # Errors
    ///
    /// Where it is too large.
    pub(crate) fn check_input(&self, bytes: u64) -> Result<()> {
        let most = self.max_input_bytes.unwrap_or(u64::MAX);
        ensure!(bytes <= most, "it is larger than the {most} bytes that `--max-input-size` allows");
        Ok(())
    }

    /// Reads an input that can be read only once.
    ///
    /// # Errors
    ///
    /// Where it can't be read, or is too large.
    pub(crate) fn read_stream(&self, input: &Input) -> Result<Vec<u8>> {
        match input.is_standard() {
            true => self.read(stdin().lock(), 0),
            false => self.read(fs_err::File::open(&input.path)?, input.bytes),
        }
    }

    /// Reads an input that may have so many bytes, and no more of it than is allowed.
    ///
    /// # Errors
    ///
    /// Where it can't be read, or is too large.
    pub(crate) fn read(&self, from: impl Read, expected_bytes: u64) -> Result<Vec<u8>> {
        self.check_input(expected_bytes)?;
        let mut bytes = Vec::new();
        // And one, so that the end is found without growing.
        bytes.try_reserve_exact(usize::try_from(expected_bytes)?.saturating_add(1))?;
        from.take(self.max_input_bytes.map_or(u64::MAX, |most| most.saturating_add(1)))
            .read_to_end(&mut bytes)?;
        self.check_input(bytes.len() as u64)?;
        Ok(bytes)
    }
}
