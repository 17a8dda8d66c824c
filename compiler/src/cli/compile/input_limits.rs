//! The limits of untrusted modules.

use crate::compile::inputs::Input;
use crate::compile::isolate::{Isolation, keep_descriptors};
use crate::kind::Kind;
use crate::unreadable::unreadable;
use anyhow::Result;
use clap::{Args, ValueEnum};
use precompile::artifact::quantity;
use precompile::{Compiler, Options};
use std::fs::File;
use std::io::{Read, stdin};
use std::sync::Arc;
use std::time::Duration;

const DEFAULT_MEMORY_BYTES: u64 = 4 << 30;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// The options that limit a module.
#[derive(Args, Clone)]
#[command(next_help_heading = "Untrusted modules")]
pub(crate) struct InputLimitOpts {
    /// Compile each module in a process of its own, which reaches neither files nor network: a module
    /// that takes too much, or that crashes the compiler, costs only itself
    #[arg(
        long,
        value_name = "HOW",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "possible"
    )]
    isolate: Option<Isolate>,

    /// Memory that such a process may take, such as 512M [default: 4G]
    #[arg(long, value_name = "SIZE", requires = "isolate", value_parser = quantity::bytes)]
    max_memory: Option<u64>,

    /// Time that such a process may take: 500ms, 10s, 5m [default: 5m]
    #[arg(long, value_name = "DURATION", requires = "isolate", value_parser = quantity::duration)]
    timeout: Option<Duration>,

    /// Size that an input may have, such as 64M
    #[arg(long, value_name = "SIZE", value_parser = quantity::bytes)]
    max_input_size: Option<u64>,
}

/// The ways to confine a process that compiles.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Isolate {
    /// Confined as far as this machine can
    Possible,
    /// Confined by every means, or an error
    Strict,
}

impl InputLimitOpts {
    /// The limits, with this number of threads for each process.
    ///
    /// # Errors
    ///
    /// If this system can't enforce them.
    pub(crate) fn limits(&self, threads: usize) -> Result<InputLimits> {
        let max_input_bytes = self.max_input_size;
        let Some(isolate) = self.isolate else {
            return Ok(InputLimits { compiler: Compiler::default(), isolation: None, max_input_bytes });
        };
        let isolation = Arc::new(Isolation {
            max_memory_bytes: self.max_memory.unwrap_or(DEFAULT_MEMORY_BYTES),
            timeout: self.timeout.unwrap_or(DEFAULT_TIMEOUT),
            threads,
            is_strict: isolate == Isolate::Strict,
        });
        keep_descriptors();
        isolation.check()?;
        let compiling = isolation.clone();
        let compiler =
            Compiler::by(move |options: &Options, module: &[u8]| compiling.compile(options, module));
        Ok(InputLimits { compiler, isolation: Some(isolation), max_input_bytes })
    }
}

/// The limits of a module.
pub(crate) struct InputLimits {
    compiler: Compiler<'static>,
    isolation: Option<Arc<Isolation>>,
    max_input_bytes: Option<u64>,
}

impl InputLimits {
    /// The compiler within the limits.
    pub(crate) fn compiler(&self) -> &Compiler<'static> {
        &self.compiler
    }

    /// The isolated process that reads modules; `None` where this process may read them itself.
    pub(crate) fn isolation(&self) -> Option<&Isolation> {
        self.isolation.as_deref()
    }

    /// Tells whether the size of inputs is limited.
    pub(crate) fn is_input_limited(&self) -> bool {
        self.max_bytes() < u64::MAX
    }

    /// The maximum size of an input, in bytes. An input that is larger than the memory for compiling it is not read
    /// here, either.
    fn max_bytes(&self) -> u64 {
        let memory = self.isolation().map_or(u64::MAX, |isolation| isolation.max_memory_bytes);
        self.max_input_bytes.unwrap_or(u64::MAX).min(memory)
    }

    /// Checks that an input of this size may be read.
    ///
    /// # Errors
    ///
    /// If the input is too large.
    pub(crate) fn check_input(&self, bytes: u64) -> Result<()> {
        let max = self.max_bytes();
        let option = if self.max_input_bytes == Some(max) { "--max-input-size" } else { "--max-memory" };
        match bytes <= max {
            true => Ok(()),
            false => {
                Err(Kind::TooMuch.error(format!("it is larger than the {max} bytes that `{option}` allows")))
            }
        }
    }

    /// Reads an input that can be read only once.
    ///
    /// # Errors
    ///
    /// If the input can't be read, or is too large.
    pub(crate) fn read_stream(&self, input: &Input) -> Result<Vec<u8>> {
        match input.is_standard() {
            true => self.read(stdin().lock(), 0),
            false => self.read(File::open(&input.path).map_err(|error| unreadable(&error))?, input.bytes),
        }
    }

    /// Reads an input of about `expected_bytes`, and no more of it than is allowed.
    ///
    /// # Errors
    ///
    /// If the input can't be read, or is too large.
    pub(crate) fn read(&self, from: impl Read, expected_bytes: u64) -> Result<Vec<u8>> {
        self.check_input(expected_bytes)?;
        let mut bytes = Vec::new();
        // One byte more, so that reading to the end doesn't grow the buffer.
        bytes.try_reserve_exact(usize::try_from(expected_bytes)?.saturating_add(1))?;
        from.take(self.max_bytes().saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&error))?;
        self.check_input(bytes.len() as u64)?;
        Ok(bytes)
    }
}
