//! The command line.

use crate::demands::Demands;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::help;
#[cfg(feature = "wasi-http")]
use crate::http::Server;
#[cfg(feature = "wasi-keyvalue")]
use crate::keyvalue;
#[cfg(not(all(feature = "preload", feature = "plugin")))]
use crate::lacking::NOTHING_TO_LINK;
use crate::lacking::lacking;
#[cfg(feature = "limits")]
use crate::limits::GuestLimits;
#[cfg(feature = "wasi-p2")]
use crate::network::{Network, Rule};
use crate::optional::Optional;
#[cfg(feature = "plugin")]
use crate::plugin::Library as Plugin;
#[cfg(feature = "preload")]
use crate::preload::{Library, Preload};
#[cfg(feature = "serve")]
use crate::serve_options::ServeOptions;
use lexopt::prelude::{Long, Short, Value, ValueExt};
use precompile_runtime::artifact::Code;
#[cfg(feature = "describe")]
use precompile_runtime::artifact::policy::DemandError;
#[cfg(feature = "limits")]
use precompile_runtime::artifact::quantity;
#[cfg(feature = "profile")]
use precompile_runtime::wasmtime::ProfilingStrategy;
#[cfg(any(feature = "plugin", feature = "wasi", feature = "wasi-p2"))]
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
#[cfg(feature = "measure")]
use std::num::NonZeroU32;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
#[cfg(feature = "plugin")]
use std::sync::Arc;

/// The command that the command line asks for.
pub(crate) enum Command {
    /// Run an artifact.
    Run(Box<Args>),
    /// Describe a host with these demands and interfaces.
    #[cfg(feature = "describe")]
    Describe(Demands, Optional),
    /// Serve requests of HTTP.
    #[cfg(feature = "serve")]
    Serve(Box<Args>, Box<ServeOptions>),
    /// Print a text.
    Print(String),
}

/// The artifact to run, and the options for it.
pub(crate) struct Args {
    /// The artifact's path.
    pub(crate) artifact: PathBuf,
    /// The arguments after the artifact.
    #[cfg_attr(
        not(any(feature = "wasi-any", feature = "invoke")),
        expect(dead_code, reason = "for the guest")
    )]
    pub(crate) arguments: Vec<OsString>,
    /// The artifact is checked, and not run.
    #[cfg(feature = "describe")]
    pub(crate) is_checked: bool,
    /// The artifact itself is mapped, and not a copy.
    pub(crate) is_mapped: bool,
    #[cfg_attr(not(feature = "wasi-any"), expect(dead_code, reason = "for WASI"))]
    pub(crate) folders: Vec<Folder>,
    /// Environment variables.
    #[cfg_attr(not(feature = "wasi-any"), expect(dead_code, reason = "for WASI"))]
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// The addresses that the guest's sockets reach.
    #[cfg(feature = "wasi-p2")]
    pub(crate) network: Network,
    /// The servers that the guest may send requests to.
    #[cfg(feature = "wasi-http")]
    pub(crate) servers: Vec<Server>,
    /// The interfaces that options offer.
    pub(crate) optional: Optional,
    /// The export to call.
    pub(crate) invoke: Option<String>,
    /// The way in which a profiler is told of the code.
    #[cfg(feature = "profile")]
    pub(crate) profiler: ProfilingStrategy,
    /// The number of calls to measure.
    #[cfg(feature = "measure")]
    pub(crate) measure: Option<NonZeroU32>,
    /// The input of each measured guest, instead of standard input.
    #[cfg(feature = "measure")]
    #[cfg_attr(not(feature = "wasi-any"), allow(dead_code, reason = "for WASI"))]
    pub(crate) replay: Option<Vec<u8>>,
    /// The libraries that the command line names.
    #[cfg(feature = "preload")]
    pub(crate) preloads: Vec<Preload>,
    /// The libraries, once they are opened.
    #[cfg(feature = "preload")]
    pub(crate) libraries: Vec<Library>,
    /// The plugins that the command line names.
    #[cfg(feature = "plugin")]
    pub(crate) plugins: Vec<PathBuf>,
    /// The plugins, once they are loaded.
    #[cfg(feature = "plugin")]
    pub(crate) loaded_plugins: Vec<Arc<Plugin>>,
    /// The demands on the artifact.
    pub(crate) demands: Demands,
    /// The limits of the guest.
    #[cfg(feature = "limits")]
    pub(crate) limits: GuestLimits,
    /// The guest answers requests, and has no standard input.
    #[cfg(feature = "serve")]
    pub(crate) is_server: bool,
}

impl Args {
    /// The guest's arguments. The first is the artifact's file name, without the host's folders. The others are the
    /// guest's, unless they are for a function.
    #[cfg(feature = "wasi-any")]
    pub(crate) fn of_guest(&self) -> Vec<&OsStr> {
        let name = self.artifact.file_name().unwrap_or(self.artifact.as_os_str());
        let others = if self.invoke.is_none() { &self.arguments[..] } else { &[] };
        [name].into_iter().chain(others.iter().map(OsString::as_os_str)).collect()
    }

    /// The guest's arguments for what takes texts alone. In the artifact's name U+FFFD stands for what is none.
    ///
    /// # Errors
    ///
    /// If one isn't UTF-8.
    #[cfg(any(feature = "plugin", feature = "wasi", feature = "wasi-p2"))]
    pub(crate) fn texts_of_guest(&self) -> Result<Vec<Cow<'_, str>>, Failure> {
        let mut arguments = self.of_guest().into_iter();
        let name = arguments.next().map(|name| Ok(name.to_string_lossy()));
        name.into_iter().chain(arguments.map(|argument| Ok(text(argument)?.into()))).collect()
    }

    /// Reads the command line of this process.
    pub(crate) fn parse() -> Result<Command, Failure> {
        let usage = |error: lexopt::Error| {
            Failure::own(Code::Usage, || format!("{error}; see `precompile-run --help`"))
        };
        parse(&mut lexopt::Parser::from_env()).map_err(usage)
    }
}

/// Returns true if an artifact's path stands for standard input, of which the guest then finds the end.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A number on the command line that is none.
#[cfg(any(feature = "limits", feature = "measure"))]
#[derive(Debug, thiserror::Error)]
enum NumberError {
    #[cfg(feature = "limits")]
    #[error("`{0}` is no amount of fuel: give a whole number")]
    Fuel(String),
    #[cfg(feature = "measure")]
    #[error("`{0}` is no number of calls: give one from 1 on")]
    Calls(String),
}

/// The text of an error, as one.
#[cold]
#[inline(never)]
fn text_of(error: &dyn Display) -> lexopt::Error {
    error.to_string().into()
}

/// The error of an option's value. Its text alone is kept, since the code for errors of each type is large.
fn wrong(error: impl Display) -> lexopt::Error {
    text_of(&error)
}

/// The error of a demand that is none, or that this build lacks.
#[cfg(feature = "describe")]
fn undemanded(error: DemandError) -> lexopt::Error {
    let text = error.to_string();
    if error == DemandError::NoAdvisories { lacking(&text) } else { text.into() }
}

/// An option that runs nothing, such as `--help`, and its command.
type Instead = (&'static str, Command);

/// Reads the command line. All options are read even after one that runs nothing, so that errors in them are reported.
fn parse(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    const WASI: bool = cfg!(feature = "wasi-any");
    let (mut is_mapped, mut folders) = (false, Vec::<Folder>::new());
    let (mut environment, mut invoke) = (Vec::new(), None);
    #[cfg_attr(not(any(feature = "describe", feature = "trust")), expect(unused_mut))]
    let mut demands = Demands::default();
    #[cfg(feature = "limits")]
    let mut limits = GuestLimits::default();
    #[cfg(feature = "measure")]
    let mut measure = None;
    #[cfg(feature = "profile")]
    let mut profiler = ProfilingStrategy::None;
    #[cfg(feature = "preload")]
    let mut preloads = Vec::new();
    #[cfg(feature = "plugin")]
    let mut plugins = Vec::new();
    #[cfg(feature = "wasi-p2")]
    let mut network = Network::default();
    #[cfg(feature = "wasi-http")]
    let mut servers = Vec::new();
    #[cfg_attr(not(any(feature = "wasi-config", feature = "wasi-keyvalue")), expect(unused_mut))]
    let mut optional = Optional::default();
    #[cfg(feature = "wasi-keyvalue")]
    let mut keyvalue = keyvalue::Options::default();
    #[cfg(feature = "serve")]
    let mut server: Option<Box<ServeOptions>> = None;
    let mut instead: Option<Instead> = None;
    #[cfg(feature = "describe")]
    let (mut describe, mut is_checked) = (false, false);
    let artifact = loop {
        match parser.next()? {
            Some(Long("dir")) if WASI => folders.push(Folder::parse(&parser.value()?).map_err(wrong)?),
            Some(Long("env")) if WASI => environment.push(variable(parser.value()?)?),
            Some(Long("dir" | "env")) => {
                return Err(lacking(
                    "this build has no WASI: use one with the feature `wasi`, or `wasi-p2` for components",
                ));
            }
            #[cfg(feature = "wasi-p2")]
            Some(Long("tcp")) => network.tcp.push(Rule::parse(&parser.value()?.string()?).map_err(wrong)?),
            #[cfg(feature = "wasi-p2")]
            Some(Long("udp")) => network.udp.push(Rule::parse(&parser.value()?.string()?).map_err(wrong)?),
            #[cfg(feature = "wasi-http")]
            Some(Long("http")) => servers.push(Server::parse(&parser.value()?.string()?).map_err(wrong)?),
            #[cfg(feature = "wasi-config")]
            Some(Long("config")) => optional.config.extend([pair(&parser.value()?.string()?)?]),
            #[cfg(feature = "wasi-keyvalue")]
            Some(Long("keyvalue")) => keyvalue.is_offered = true,
            #[cfg(feature = "wasi-keyvalue")]
            Some(Long("keyvalue-data")) => keyvalue.data.push(pair(&parser.value()?.string()?)?),
            #[cfg(feature = "wasi-keyvalue")]
            Some(Long("max-keyvalue")) => {
                keyvalue.max_bytes = Some(quantity::bytes(&parser.value()?.string()?).map_err(wrong)?);
            }
            // Small runners do without.
            #[cfg(all(feature = "describe", not(feature = "wasi-p2")))]
            Some(Long("tcp" | "udp")) => {
                return Err(lacking("this build has no sockets: use one with the feature `wasi-p2`"));
            }
            #[cfg(all(feature = "describe", not(feature = "wasi-http")))]
            Some(Long("http")) => {
                return Err(lacking("this build sends no requests: use one with the feature `wasi-http`"));
            }
            #[cfg(all(feature = "describe", not(feature = "wasi-config")))]
            Some(Long("config")) => {
                return Err(lacking(
                    "this build has no `wasi:config`: use one with the feature `wasi-config`",
                ));
            }
            #[cfg(all(feature = "describe", not(feature = "wasi-keyvalue")))]
            Some(Long("keyvalue" | "keyvalue-data" | "max-keyvalue")) => {
                return Err(lacking(
                    "this build has no `wasi:keyvalue`: use one with the feature `wasi-keyvalue`",
                ));
            }
            Some(Long("invoke")) if cfg!(not(feature = "invoke")) => {
                return Err(lacking("this build can't call functions: use one with the feature `invoke`"));
            }
            Some(Long("invoke")) => invoke = Some(parser.value()?.string()?),
            #[cfg(feature = "limits")]
            Some(Long("fuel")) => limits.fuel = Some(fuel(&parser.value()?.string()?).map_err(wrong)?),
            #[cfg(feature = "limits")]
            Some(Long("timeout")) => {
                limits.timeout = Some(quantity::duration(&parser.value()?.string()?).map_err(wrong)?);
            }
            #[cfg(feature = "limits")]
            Some(Long("max-memory")) => {
                limits.max_memory = Some(quantity::bytes(&parser.value()?.string()?).map_err(wrong)?);
            }
            #[cfg(not(feature = "limits"))]
            Some(Long("fuel" | "timeout" | "max-memory")) => {
                return Err(lacking("this build has no limits: use one with the feature `limits`"));
            }
            #[cfg(feature = "measure")]
            Some(Long("measure")) => measure = Some(calls(&parser.value()?.string()?).map_err(wrong)?),
            #[cfg(not(feature = "measure"))]
            Some(Long("measure")) => {
                return Err(lacking("this build can't measure: use one with the feature `measure`"));
            }
            #[cfg(feature = "profile")]
            Some(Long("profile")) => profiler = profile(&parser.value()?.string()?)?,
            #[cfg(all(feature = "describe", not(feature = "profile")))]
            Some(Long("profile")) => {
                return Err(lacking("this build tells no profiler: use one with the feature `profile`"));
            }
            #[cfg(feature = "describe")]
            Some(Long("policy")) => demands.policy.demand(&parser.value()?.string()?).map_err(undemanded)?,
            #[cfg(feature = "describe")]
            Some(Long("describe")) => describe = true,
            #[cfg(feature = "describe")]
            Some(Long("check")) => is_checked = true,
            #[cfg(not(feature = "describe"))]
            Some(Long("policy" | "describe" | "check")) => {
                return Err(lacking(
                    "this build knows no policies, no description and no check: use one with the feature `describe`",
                ));
            }
            #[cfg(feature = "trust")]
            Some(Long("trust")) => {
                if demands.signatures.file.replace(parser.value()?.into()).is_some() {
                    return Err("there are two options `--trust`, and one trust file: name one".into());
                }
            }
            #[cfg(feature = "trust")]
            Some(Long("allow-unsigned")) => demands.signatures.allow_unsigned = true,
            #[cfg(not(feature = "trust"))]
            Some(Long("trust" | "allow-unsigned")) => {
                return Err(lacking("this build checks no signatures: use one with the feature `trust`"));
            }
            #[cfg(feature = "preload")]
            Some(Long("preload")) => preloads.push(Preload::parse(&parser.value()?).map_err(wrong)?),
            #[cfg(feature = "plugin")]
            Some(Long("plugin")) => plugins.push(parser.value()?.into()),
            #[cfg(not(all(feature = "preload", feature = "plugin")))]
            #[allow(unreachable_patterns, reason = "a build may have one of them")]
            Some(Long("preload" | "plugin")) => return Err(lacking(NOTHING_TO_LINK)),
            Some(Long("map")) => is_mapped = true,
            Some(Short('h')) => instead = Some(("-h", Command::Print(help::text(false)))),
            Some(Long("help")) => instead = Some(("--help", Command::Print(help::text(true)))),
            Some(Short('V') | Long("version")) => instead = Some(("--version", Command::Print(version()))),
            #[cfg(feature = "serve")]
            Some(Long(name)) if server.is_some() && ServeOptions::NAMES.contains(&name) => {
                let name = name.to_owned();
                let value = parser.value()?;
                server.as_mut().map_or(Ok(()), |server| server.set(&name, value)).map_err(wrong)?;
            }
            // A file of this name is `./serve`.
            #[cfg(feature = "serve")]
            Some(Value(verb)) if verb == "serve" && server.is_none() => server = Some(Box::default()),
            Some(Value(artifact)) => break Some(artifact),
            Some(argument) => return Err(argument.unexpected()),
            None => break None,
        }
    };
    #[cfg(feature = "wasi-keyvalue")]
    {
        optional.bucket = keyvalue.bucket(limits.max_memory).map_err(wrong)?;
    }
    #[cfg(feature = "describe")]
    if describe {
        // With the demands before and after it.
        instead =
            instead.or_else(|| Some(("--describe", Command::Describe(demands.clone(), optional.clone()))));
    }
    #[cfg(feature = "serve")]
    let artifact = match server.as_ref().and_then(|server| server.sites.as_ref()) {
        Some(_) if server.as_ref().is_some_and(|server| server.tier.is_some()) => {
            return Err("with `--sites`, each site names its own `tier`: leave out `--tier`".into());
        }
        Some(_) if artifact.is_some() => {
            return Err("`--sites` names the components: leave it out, or the artifact".into());
        }
        Some(sites) => Some(sites.clone().into_os_string()),
        None => artifact,
    };
    let Some(artifact) = artifact else {
        return instead.map(|(_, command)| command).ok_or_else(|| "no artifact is named".into());
    };
    if let Some((option, _)) = instead {
        let artifact = artifact.to_string_lossy();
        return Err(format!("`{option}` runs nothing: leave it out, or `{artifact}`").into());
    }
    #[cfg(all(feature = "describe", feature = "measure"))]
    if is_checked && measure.is_some() {
        return Err(
            "`--check` runs nothing that could be measured: leave out `--measure`, or `--check`".into()
        );
    }
    if is_mapped && artifact == "-" {
        return Err("`--map` maps a file: leave it out, or name one instead of `-`".into());
    }
    if WASI && is_mapped && folders.iter().any(|folder| folder.is_writable) {
        return Err(
            "with `--map` the guest could rewrite its own code through a `--dir` that it may write to: \
             leave out `--map`, or give the folder as HOST::GUEST::ro"
                .into(),
        );
    }
    let args = Box::new(Args {
        artifact: artifact.into(),
        arguments: parser.raw_args()?.collect(),
        #[cfg(feature = "describe")]
        is_checked,
        is_mapped,
        folders,
        environment,
        #[cfg(feature = "wasi-p2")]
        network,
        #[cfg(feature = "wasi-http")]
        servers,
        optional,
        invoke,
        #[cfg(feature = "profile")]
        profiler,
        #[cfg(feature = "measure")]
        measure,
        #[cfg(feature = "measure")]
        replay: None,
        #[cfg(feature = "preload")]
        preloads,
        #[cfg(feature = "preload")]
        libraries: Vec::new(),
        #[cfg(feature = "plugin")]
        plugins,
        #[cfg(feature = "plugin")]
        loaded_plugins: Vec::new(),
        demands,
        #[cfg(feature = "limits")]
        limits,
        #[cfg(feature = "serve")]
        is_server: server.is_some(),
    });
    #[cfg(feature = "serve")]
    if let Some(server) = server {
        return Ok(Command::Serve(args, server));
    }
    Ok(Command::Run(args))
}

/// The output of `--version`.
fn version() -> String {
    format!("precompile-run {} (wasmtime {})\n", env!("CARGO_PKG_VERSION"), wasmtime_environ::VERSION)
}

/// Reads an amount of fuel.
#[cfg(feature = "limits")]
fn fuel(text: &str) -> Result<u64, NumberError> {
    // `parse` would accept a plus sign.
    let number = text.parse().ok().filter(|_| !text.starts_with('+'));
    number.ok_or_else(|| NumberError::Fuel(text.into()))
}

/// Reads a number of calls.
#[cfg(feature = "measure")]
fn calls(text: &str) -> Result<NonZeroU32, NumberError> {
    text.parse().map_err(|_| NumberError::Calls(text.into()))
}

/// Reads the name of a way in which a profiler is told of code.
#[cfg(feature = "profile")]
fn profile(text: &str) -> Result<ProfilingStrategy, lexopt::Error> {
    match text {
        "perfmap" => Ok(ProfilingStrategy::PerfMap),
        "jitdump" => Ok(ProfilingStrategy::JitDump),
        _ => Err(format!("`{text}` is no profile: use `perfmap` or `jitdump`").into()),
    }
}

/// Takes `NAME=VALUE` apart.
#[cfg(any(feature = "wasi-config", feature = "wasi-keyvalue"))]
fn pair(text: &str) -> Result<(String, String), lexopt::Error> {
    let pair = text.split_once('=').ok_or_else(|| format!("`{text}` has no value: give NAME=VALUE"))?;
    Ok((pair.0.into(), pair.1.into()))
}

#[allow(clippy::disallowed_methods, reason = "the user asks for it by name")]
fn variable(text: OsString) -> Result<(OsString, OsString), lexopt::Error> {
    if let Some((name, value)) = split(&text) {
        return Ok((name, value));
    }
    match std::env::var_os(&text) {
        Some(value) => Ok((text, value)),
        None => {
            let text = text.display();
            Err(format!("environment variable `{text}` is not set here: use `--env {text}=VALUE`").into())
        }
    }
}

/// The parts of NAME=VALUE.
#[cfg(unix)]
fn split(text: &OsStr) -> Option<(OsString, OsString)> {
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    let part = |bytes| OsStr::from_bytes(bytes).to_owned();
    Some((part(&bytes[..at]), part(&bytes[at + 1..])))
}

/// The parts of NAME=VALUE, if it is a text.
#[cfg(not(unix))]
fn split(text: &OsStr) -> Option<(OsString, OsString)> {
    let (name, value) = text.to_str()?.split_once('=')?;
    Some((name.into(), value.into()))
}

/// The text of an argument or variable, for guests that take nothing else.
///
/// # Errors
///
/// If it isn't UTF-8.
#[cfg(any(feature = "invoke", feature = "plugin", feature = "wasi", feature = "wasi-p2"))]
pub(crate) fn text(value: &OsStr) -> Result<&str, Failure> {
    value.to_str().ok_or_else(|| {
        Failure::own(Code::Usage, || {
            format!(
                "`{}` is not UTF-8: only commands of WASI preview 1 get other bytes, in a build with `wasi-lean`",
                value.display()
            )
        })
    })
}
