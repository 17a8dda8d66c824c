//! Planted attacks, for tests alone: an isolated process does what a hostile module might have it do, and the tests
//! must find it stopped.

use super::response::Response;
use crate::environment::variable;
use clap::Args;
use nix::sys::ptrace;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;
use precompile::{ErrorKind, Timings};
use rustix::process::{DumpableBehavior, Signal, kill_process, set_dumpable_behavior};
use std::fs;
use std::io::{self, IoSliceMut, Write, stdout};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

/// The variable with the attack, such as `read FILE`.
const ATTEMPT: &str = "PRECOMPILE_PLANTED";
/// The variable with the layers to do without, separated by commas.
const WITHOUT: &str = "PRECOMPILE_PLANTED_WITHOUT";

/// The attack that is planted.
#[derive(Args)]
pub(super) struct Planted {
    #[arg(long)]
    attempt: Option<String>,
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
}

/// Passes the attack to a process.
pub(super) fn plant(command: &mut Command) {
    for (option, name) in [("--attempt", ATTEMPT), ("--without", WITHOUT)] {
        if let Some(value) = variable(name) {
            command.arg(option).arg(value);
        }
    }
    if is_without("environment") {
        command.env("PRECOMPILE_SECRET", "secret");
    }
}

/// Tells whether processes do without a layer.
pub(super) fn is_without(name: &str) -> bool {
    let without = variable(WITHOUT).unwrap_or_default();
    without.to_string_lossy().split(',').any(|without| without == name)
}

impl Planted {
    /// Tells whether this process does without a layer.
    pub(super) fn is_without(&self, name: &str) -> bool {
        self.without.iter().any(|without| without == name)
    }

    /// The response of the attack, if there is one.
    pub(super) fn respond(&self, parent: u32) -> Option<Response> {
        let attempt = self.attempt.as_ref()?;
        let (verb, object) = attempt.split_once(' ').unwrap_or((attempt, ""));
        Some(match verb {
            "compile" => return None,
            // A head that is too large, or one with bytes from the test.
            "flood" => flood(&[0xff; 8]),
            "swell" => flood(&object.split(' ').filter_map(|byte| byte.parse().ok()).collect::<Vec<u8>>()),
            "deliver" => deliver(object),
            "linger" => {
                let outcome = outcome(Command::new("sleep").arg(object).spawn().map(drop));
                Response::refused(&outcome, ErrorKind::Other)
            }
            "say" => Response::refused(object, ErrorKind::Limit),
            "complain" => {
                let _ = io::stderr().write_all(object.repeat(1 << 16).as_bytes());
                std::process::exit(1)
            }
            _ => Response::refused(&outcome(act(verb, object, parent)), ErrorKind::Other),
        })
    }
}

/// A response with the content of a file as the artifact.
fn deliver(file: &str) -> Response {
    let timings = Timings { scan: Duration::MAX, compile: Duration::MAX, finish: Duration::MAX };
    Response::of_artifact(fs::read(file).unwrap(), timings)
}

fn outcome(acted: io::Result<()>) -> String {
    match acted {
        Ok(()) => "planted: it gets through".into(),
        Err(error) => format!("planted: it is stopped: {error}"),
    }
}

fn act(verb: &str, object: &str, parent: u32) -> io::Result<()> {
    let pid = Pid::from_raw(parent as i32);
    match verb {
        "read" => fs::read(object).map(drop),
        "write" => fs::write(object, "planted"),
        "remove" => fs::remove_file(object),
        "list" => fs::read_dir(object).map(drop),
        "start" => Command::new("/bin/sh").args(["-c", &format!("touch '{object}'")]).status().map(drop),
        "connect" => TcpStream::connect(object).map(drop),
        "listen" => TcpListener::bind("127.0.0.1:0").map(drop),
        "socket" => UnixDatagram::unbound().map(drop),
        "signal" => {
            kill_process(rustix::process::Pid::from_raw(parent as i32).unwrap(), Signal::TERM)?;
            // Wait for the signal to end this process's parent.
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        "trace" => Ok(ptrace::seize(pid, ptrace::Options::empty())?),
        "peek" => peek(pid),
        "memory" => {
            // For a user other than root, it belongs to root until then.
            let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
            fs::File::options().read(true).write(true).open("/proc/self/mem").map(drop)
        }
        "environ" => fs::read(format!("/proc/{parent}/environ")).map(drop),
        "thread" => std::thread::Builder::new().spawn(|| ()).map(drop),
        "variable" => found(variable("PRECOMPILE_SECRET").is_some()),
        "descriptor" => fs::read_link(format!("/proc/self/fd/{object}")).map(drop),
        _ => Err(io::Error::other("there is no such attempt")),
    }
}

fn found(is_found: bool) -> io::Result<()> {
    if is_found { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Reads the first mapped memory of another process, if the kernel tells its place.
fn peek(pid: Pid) -> io::Result<()> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"));
    let first = maps.ok().and_then(|maps| usize::from_str_radix(maps.split('-').next()?, 16).ok());
    let mut bytes = [0; 8];
    let remote = RemoteIoVec { base: first.unwrap_or(0x1000), len: bytes.len() };
    Ok(process_vm_readv(pid, &mut [IoSliceMut::new(&mut bytes)], &[remote]).map(drop)?)
}

/// Writes some bytes, and more until the reader is gone.
fn flood(head: &[u8]) -> Response {
    let mut stdout = stdout().lock();
    let mut written = stdout.write_all(head);
    while written.is_ok() {
        written = stdout.write_all(&[0; 1 << 16]);
    }
    Response::refused("planted: nobody listens", ErrorKind::Other)
}
