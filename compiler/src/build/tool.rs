//! The command `precompile`, as a build script runs it.

use crate::build::cargo::Cargo;
use crate::build::error::BuildError;
use crate::build::error::io;
use crate::build::inputs::Input;
use crate::build::jobs::Jobs;
use crate::build::message::Message;
use crate::build::order::Order;
use crate::{Choice, Expect, OptLevel};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The command that installs this version: from the sources that the build script uses.
pub(super) const INSTALL: &str = concat!("cargo install --locked --path ", env!("CARGO_MANIFEST_DIR"));

/// The command, of this version.
pub(super) struct Tool {
    path: PathBuf,
}

impl Tool {
    /// Finds the command: the one that `PRECOMPILE` names, or else the first in the `PATH`. The inner error is the
    /// reason why the `PATH` has none of this version.
    ///
    /// # Errors
    ///
    /// A named command that can't be used.
    pub(super) fn find(cargo: &Cargo) -> Result<Result<Tool, BuildError>, BuildError> {
        if let Some(named) = cargo.variable("PRECOMPILE") {
            let named = PathBuf::from(named);
            // A bare name is searched in the `PATH`.
            let is_name = named.components().count() == 1 && !named.is_file();
            let found = if is_name { in_path(cargo, &named) } else { None };
            return Tool::checked(cargo, found.unwrap_or(named)).map(Ok);
        }
        let name = format!("precompile{}", std::env::consts::EXE_SUFFIX);
        let found = in_path(cargo, Path::new(&name));
        Ok(found.ok_or(BuildError::NoTool(INSTALL)).and_then(|path| Tool::checked(cargo, path)))
    }

    fn checked(cargo: &Cargo, path: PathBuf) -> Result<Tool, BuildError> {
        cargo.read(&path)?;
        let printed = Command::new(&path).arg("--version").output().map_err(io(&path))?.stdout;
        let found = String::from_utf8_lossy(&printed).trim().to_string();
        // The features of the build follow in parentheses.
        let version = found.split(" (").next().unwrap_or_default();
        match version == format!("precompile {VERSION}") {
            true => Ok(Tool { path }),
            false => Err(BuildError::OtherVersion { path, found, wanted: VERSION, install: INSTALL }),
        }
    }

    /// Compiles all inputs, with one call for each output folder.
    ///
    /// # Errors
    ///
    /// Any input that can't be compiled.
    pub(super) fn compile(&self, cargo: &Cargo, order: &Order<'_>) -> Result<(), BuildError> {
        let mut folders: BTreeMap<&Path, Vec<&Input>> = BTreeMap::new();
        for input in order.inputs {
            folders.entry(input.output.parent().unwrap_or(Path::new("."))).or_default().push(input);
        }
        let jobs = Jobs::acquire(cargo.jobs());
        let mut failed = Vec::new();
        for (folder, inputs) in folders {
            fs::create_dir_all(folder).map_err(io(folder))?;
            let mut command = Command::new(&self.path);
            command.args(arguments(order.choice)).args(["--target", &order.target.name]);
            command.args(order.signing.arguments()).args(order.fat.then_some("--fat"));
            // Cargo would build the program again if the output's time changed.
            command.args(["--message-format", "json", "--keep-times"]);
            if let Some(count) = jobs.count() {
                command.args(["--jobs", &count.to_string()]);
            }
            match inputs[..] {
                [input] => command.arg("-o").arg(&input.output),
                // The outputs are named as the inputs.
                _ => command.arg("--out-dir").arg(folder),
            };
            command.arg("--").args(inputs.iter().map(|input| &input.path)).stdin(Stdio::null());
            failed.extend(self.run(cargo, &mut command)?);
        }
        if failed.is_empty() { Ok(()) } else { Err(BuildError::Compile(failed)) }
    }

    /// Runs the command, and returns the inputs that failed, with the reasons.
    fn run(&self, cargo: &Cargo, command: &mut Command) -> Result<Vec<(PathBuf, String)>, BuildError> {
        let output = command.output().map_err(io(&self.path))?;
        let told = String::from_utf8_lossy(&output.stderr);
        told.lines().filter_map(|line| line.strip_prefix("warning: ")).for_each(|line| cargo.warn(line));
        let mut failed = Vec::new();
        for message in Message::all(&String::from_utf8_lossy(&output.stdout)) {
            match message {
                Message::Fallback(input, limit) => cargo.warn_of_fallback(&input, &limit),
                Message::Failed(input, error) => failed.push((input, error)),
            }
        }
        if !output.status.success() && failed.is_empty() {
            let lines = told.lines().map(|line| line.strip_prefix("error: ").unwrap_or(line));
            return Err(BuildError::Refused(lines.collect::<Vec<_>>().join("\n")));
        }
        Ok(failed)
    }
}

/// The first file by this name in the `PATH`.
fn in_path(cargo: &Cargo, name: &Path) -> Option<PathBuf> {
    let folders = cargo.variable("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The arguments of the command line for a choice.
fn arguments(choice: &Choice) -> Vec<OsString> {
    let Choice { backend, expect, platform, cpu, opt_level, fallback, strip, settings } = choice;
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |name: &str, value: String| arguments.extend([name.into(), value.into()]);
    backend.iter().for_each(|backend| add("--backend", backend.to_string()));
    if let Some(Expect { runs, run_time }) = expect.filter(|_| backend.is_none()) {
        add("--backend", "auto".into());
        add("--expect-runs", runs.to_string());
        add("--expect-run-time", format!("{}us", run_time.as_micros()));
    }
    platform.iter().for_each(|platform| add("--platform", platform.to_string()));
    cpu.iter().for_each(|cpu| add("--cpu", cpu.clone()));
    opt_level.iter().for_each(|level: &OptLevel| add("--opt-level", level.to_string()));
    fallback.iter().for_each(|fallback| add("--fallback", fallback.name().into()));
    strip.iter().for_each(|part| add("--strip", part.name().into()));
    settings.iter().for_each(|(letter, text)| add(&format!("-{letter}"), text.clone()));
    arguments
}
