//! The command line.

use crate::failure::Failure;
use crate::folder::Folder;
#[cfg(feature = "limits")]
use crate::limits::{self, Limits};
use lexopt::prelude::{Long, Short, Value, ValueExt};
use precompile_runtime::artifact::Code;
#[cfg(feature = "describe")]
use precompile_runtime::artifact::Policy;
use std::env::VarError;
use std::ffi::OsString;
#[cfg(feature = "measure")]
use std::num::NonZeroU32;
use std::path::PathBuf;

/// What this build understands.
const HELP: &[&str] = &[
    "\
Run WebAssembly that precompile compiled ahead of time

Usage: precompile-run [OPTIONS] ARTIFACT [ARGS...]

Arguments:
  ARTIFACT               a .cwasm file made by precompile
  [ARGS...]              arguments for the guest, or for the function to invoke

Options:
",
    #[cfg(any(feature = "wasi", feature = "wasi-p2"))]
    "\
      --dir HOST[::GUEST[::ro]]
                           give the guest a folder, under the path GUEST [default: HOST]; `ro`: to be read only
      --env NAME[=VALUE]   give the guest an environment variable [default: this process' value]
",
    #[cfg(feature = "invoke")]
    "\
      --invoke FUNCTION    call this export with ARGS, and print its results
",
    #[cfg(feature = "wave")]
    "\
                           of a component: ARGS in WAVE, and INSTANCE#FUNCTION within an instance
",
    #[cfg(feature = "limits")]
    "\
      --fuel N             trap after this much, most instructions taking 1 (compile with `-W fuel`)
      --timeout DURATION   end after this long: `500ms`, `2s`, `1m`, or seconds
      --max-memory SIZE    refuse memories and tables beyond: bytes, or with K, M, G
",
    #[cfg(feature = "measure")]
    "\
      --measure CALLS      call so often, the guest's output thrown away, and print how long each phase
                           takes, as JSON: a command anew each time, a function in one instance
",
    #[cfg(feature = "describe")]
    "\
      --policy DEMAND      refuse artifacts that don't meet it: `epoch-interruption`, `fuel`,
                           `memory-max=BYTES`, `min-wasmtime=VERSION`, `backend=NAME`, `no-debug`
      --describe           print what this machine and this build offer and demand, as JSON
",
    "      --map                map ARTIFACT, which shares its pages: nobody may write to it while it runs
  -h, --help               print help
  -V, --version            print version

Exit codes: the guest's own; 124 its time was up, 125 this command failed, 126 the artifact was
refused, 134 the guest trapped
",
];

/// What to do.
pub(crate) enum Command {
    /// Run an artifact.
    Run(Args),
    /// Describe a host with this policy.
    #[cfg(feature = "describe")]
    Describe(Policy),
    /// Print a text.
    Print(String),
}

/// What to run, and what to give to it.
pub(crate) struct Args {
    /// The artifact's path.
    pub(crate) artifact: PathBuf,
    /// What follows the artifact.
    #[cfg_attr(
        not(any(feature = "wasi", feature = "wasi-p2", feature = "invoke")),
        expect(dead_code, reason = "for the guest")
    )]
    pub(crate) arguments: Vec<String>,
    /// Whether to map the artifact itself, and not a copy.
    pub(crate) is_mapped: bool,
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) folders: Vec<Folder>,
    /// Environment variables.
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) environment: Vec<(String, String)>,
    /// The export to call.
    pub(crate) invoke: Option<String>,
    /// How often to call while measuring.
    #[cfg(feature = "measure")]
    pub(crate) measure: Option<NonZeroU32>,
    /// What guests read while measuring, each from its beginning, instead of standard input.
    #[cfg(feature = "measure")]
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) replay: Option<Vec<u8>>,
    /// What is demanded of the artifact.
    #[cfg(feature = "describe")]
    pub(crate) policy: Policy,
    /// What the guest may use up.
    #[cfg(feature = "limits")]
    pub(crate) limits: Limits,
}

impl Args {
    /// Reads the command line of this process.
    pub(crate) fn parse() -> Result<Command, Failure> {
        let usage = |error: lexopt::Error| {
            Failure::own(Code::Usage, || format!("{error}; see `precompile-run --help`"))
        };
        parse(&mut lexopt::Parser::from_env()).map_err(usage)
    }
}

fn parse(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    const WASI: bool = cfg!(any(feature = "wasi", feature = "wasi-p2"));
    let (mut is_mapped, mut folders) = (false, Vec::<Folder>::new());
    let (mut environment, mut invoke) = (Vec::new(), None);
    #[cfg(feature = "describe")]
    let mut policy = Policy::default();
    #[cfg(feature = "limits")]
    let mut limits = Limits::default();
    #[cfg(feature = "measure")]
    let mut measure = None;
    loop {
        match parser.next()? {
            Some(Long("dir")) if WASI => folders.push(Folder::parse(&parser.value()?.string()?)?),
            Some(Long("env")) if WASI => environment.push(variable(parser.value()?.string()?)?),
            Some(Long("dir" | "env")) => {
                return Err(
                    "this build has no WASI: use one with the feature `wasi`, or `wasi-p2` for components"
                        .into(),
                );
            }
            Some(Long("invoke")) if cfg!(not(feature = "invoke")) => {
                return Err("this build can't call functions: use one with the feature `invoke`".into());
            }
            Some(Long("invoke")) => invoke = Some(parser.value()?.string()?),
            #[cfg(feature = "limits")]
            Some(Long("fuel")) => limits.fuel = Some(limits::fuel(&parser.value()?.string()?)?),
            #[cfg(feature = "limits")]
            Some(Long("timeout")) => {
                limits.timeout = Some(limits::duration(&parser.value()?.string()?)?);
            }
            #[cfg(feature = "limits")]
            Some(Long("max-memory")) => {
                limits.max_memory = Some(limits::bytes(&parser.value()?.string()?)?);
            }
            #[cfg(not(feature = "limits"))]
            Some(Long("fuel" | "timeout" | "max-memory")) => {
                return Err("this build has no limits: use one with the feature `limits`".into());
            }
            #[cfg(feature = "measure")]
            Some(Long("measure")) => measure = Some(calls(&parser.value()?.string()?)?),
            #[cfg(not(feature = "measure"))]
            Some(Long("measure")) => {
                return Err("this build can't measure: use one with the feature `measure`".into());
            }
            #[cfg(feature = "describe")]
            Some(Long("policy")) => policy.demand(&parser.value()?.string()?)?,
            #[cfg(feature = "describe")]
            Some(Long("describe")) => return Ok(Command::Describe(policy)),
            #[cfg(not(feature = "describe"))]
            Some(Long("policy" | "describe")) => {
                return Err(
                    "this build knows no policies and no description: use one with the feature `describe`"
                        .into(),
                );
            }
            Some(Long("map")) => is_mapped = true,
            Some(Short('h') | Long("help")) => return Ok(Command::Print(HELP.concat())),
            Some(Short('V') | Long("version")) => {
                let version = concat!("precompile-run ", env!("CARGO_PKG_VERSION"), "\n");
                return Ok(Command::Print(version.into()));
            }
            Some(Value(artifact)) => {
                let arguments = parser.raw_args()?.map(OsString::string).collect::<Result<_, _>>()?;
                let artifact = artifact.into();
                if is_mapped && folders.iter().any(|folder| folder.is_writable) {
                    return Err("with `--map` the guest could rewrite its own code through a `--dir` that it may write to: \
                         leave out `--map`, or give the folder as HOST::GUEST::ro"
                        .into());
                }
                return Ok(Command::Run(Args {
                    artifact,
                    arguments,
                    is_mapped,
                    folders,
                    environment,
                    invoke,
                    #[cfg(feature = "measure")]
                    measure,
                    #[cfg(feature = "measure")]
                    replay: None,
                    #[cfg(feature = "describe")]
                    policy,
                    #[cfg(feature = "limits")]
                    limits,
                }));
            }
            Some(argument) => return Err(argument.unexpected()),
            None => return Err("no artifact is named".into()),
        }
    }
}

/// Reads a number of calls.
#[cfg(feature = "measure")]
fn calls(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| format!("`{text}` is no number of calls: give one from 1 on"))
}

#[allow(clippy::disallowed_methods, reason = "the user asks for it by name")]
fn variable(text: String) -> Result<(String, String), lexopt::Error> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.into(), value.into())),
        None => match std::env::var(&text) {
            Ok(value) => Ok((text, value)),
            Err(VarError::NotUnicode(_)) => {
                Err(format!("environment variable `{text}` is not UTF-8, as the guest's must be").into())
            }
            Err(VarError::NotPresent) => {
                Err(format!("environment variable `{text}` is not set here: use `--env {text}=VALUE`").into())
            }
        },
    }
}
