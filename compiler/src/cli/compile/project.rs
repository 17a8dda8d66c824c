//! The choices that the command line and `precompile.toml` have in common: the inputs and the options for them.

use crate::compile::backend_arg::{self, BackendArg};
use crate::compile::file_settings::Parts;
use crate::per_target::{Cpu, PerTarget, TargetValue};
use crate::setting_args::{CODEGEN, DEBUG, OPTIMIZE, SettingArgs, WASM};
use crate::value_parsers::{self, CPU, FALLBACK, OptLevelArg, PLATFORM, STRIP, TARGET, target_help};
use clap::{Args, ValueHint};
use precompile::artifact::quantity;
use precompile::{Backend, Choice, Fallback, KeySource, OptLevel, Platform, Strip, Target};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

/// The inputs and the options for them: the content of a project file, and the same choices on the command line.
/// Paths in the file are relative to its folder.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Project {
    /// Modules and components to compile, as binaries or text, folders of them, or `-` for
    /// standard input [default: what `precompile.toml` lists]
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Folder for artifacts, with the folders below INPUT
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) out_dir: Option<PathBuf>,

    /// In folders, also follow links that lead out of them
    #[arg(long)]
    pub(crate) follow_links: bool,

    /// Keep the time of an unchanged output, even where its input is newer: for builds that compare content
    #[arg(long)]
    pub(crate) keep_times: bool,

    /// cranelift, winch or auto [default: cranelift]
    ///
    /// Cranelift makes fast code, Winch compiles fast, `auto` chooses the one that costs less for the number of runs
    /// in `--expect-runs`.
    #[arg(long, value_name = "BACKEND", value_parser = backend_arg::PARSER, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    pub(crate) backend: Option<BackendArg>,

    /// For `--backend auto`: the number of times that each module is run
    #[arg(long, value_name = "N", help_heading = COMPILER)]
    pub(crate) expect_runs: Option<NonZeroU64>,

    /// For `--backend auto`: the run time with Cranelift, such as 50us, 20ms or 5s [default: 50ms]
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, help_heading = COMPILER)]
    #[serde(deserialize_with = "duration")]
    pub(crate) expect_run_time: Option<Duration>,

    /// One artifact with a slice for each target, CPU and backend: a runtime opens the one that fits its host best
    ///
    /// `--cpu baseline,x86-64-v3` has several levels then, each for the targets that know it; without `--cpu`, the
    /// baseline, and x86-64-v3 or armv8.2-a. `--backend cranelift,winch` takes both. A slice for `--target pulley64` runs
    /// where no other does.
    #[arg(long, help_heading = MACHINE)]
    pub(crate) fat: bool,

    /// Substitute where the backend can't compile a module: `cranelift`, or `pulley` for Pulley's
    /// interpreter.
    #[arg(long, value_name = "BACKEND", value_parser = FALLBACK, hide_possible_values = true)]
    #[arg(help_heading = COMPILER)]
    pub(crate) fallback: Option<Fallback>,

    /// none, speed or speed-and-size, as -O0, -O2, -Os
    ///
    /// Level of Cranelift's optimisation [default: speed].
    #[arg(long, value_name = "LEVEL", value_enum, hide_possible_values = true, help_heading = COMPILER)]
    pub(crate) opt_level: Option<OptLevelArg>,

    /// Machines: triples, or names such as aarch64
    #[arg(long = "target", value_name = "TRIPLE,...", value_delimiter = ',', value_parser = TARGET)]
    #[arg(hide_possible_values = true, help_heading = MACHINE, long_help = target_help())]
    pub(crate) targets: Vec<String>,

    /// The minimum CPU, such as x86-64-v3 or native
    ///
    /// Features are added or removed behind it: `x86-64-v3,-avx2`. A CPU behind a target is for that target alone:
    /// `x86_64=x86-64-v3,-avx2,aarch64=armv8.2-a`. May be given more than once [default: the baseline].
    #[arg(long, value_name = "LEVEL[,+F,-F]", value_parser = CPU, allow_hyphen_values = true)]
    #[arg(hide_possible_values = true, help_heading = MACHINE)]
    #[serde(deserialize_with = "texts::<_, Cpu>")]
    pub(crate) cpu: Vec<String>,

    /// Platform that the code may rely on: `hosted` on virtual memory and hardware faults, `signals-only`
    /// on hardware faults, `freestanding` on neither; behind a target, as in `x86_64=hosted`, for that
    /// target alone [default: hosted, where the target has an operating system]
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    #[arg(help_heading = MACHINE)]
    #[serde(deserialize_with = "texts::<_, Platform>")]
    pub(crate) platform: Vec<String>,

    /// Parts to leave out of artifacts, separated by commas: `address-map`, `symbols`, `names`, `unwind`, or `all`;
    /// the code stays the same, and backtraces and debuggers tell less [default: none].
    #[arg(long, value_name = "PART,...", value_parser = STRIP, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    #[serde(deserialize_with = "strip")]
    pub(crate) strip: Vec<Vec<Strip>>,

    /// Proposals, fuel, epochs; `-W help` lists them
    #[arg(short = 'W', value_name = "NAME[=VALUE],...", value_parser = WASM, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    #[serde(rename = "W", deserialize_with = "one_or_more")]
    pub(crate) wasm: Vec<String>,

    /// Debugging; `-D help` lists the settings
    #[arg(short = 'D', value_name = "NAME[=VALUE],...", value_parser = DEBUG, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    #[serde(rename = "D", deserialize_with = "one_or_more")]
    pub(crate) debug: Vec<String>,

    /// Optimisation, memories, traps; also -O2, -Os
    ///
    /// `-O help` lists the settings.
    #[arg(short = 'O', value_name = "NAME[=VALUE],...", value_parser = OPTIMIZE, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    #[serde(rename = "O", deserialize_with = "one_or_more")]
    pub(crate) optimize: Vec<String>,

    /// Code generation, as wasmtime's command line has it; `-C help` lists the settings
    #[arg(short = 'C', value_name = "NAME[=VALUE],...", value_parser = CODEGEN, hide_possible_values = true)]
    #[arg(help_heading = SETTINGS)]
    #[serde(rename = "C", deserialize_with = "one_or_more")]
    pub(crate) codegen: Vec<String>,

    /// Size that each artifact may have, such as 512K: a larger one is not written, and its largest parts are named
    #[arg(long, value_name = "BYTES", value_parser = quantity::bytes, help_heading = SETTINGS)]
    #[serde(deserialize_with = "bytes")]
    pub(crate) budget: Option<u64>,

    /// Sign what is compiled
    ///
    /// The secret key is a file that nobody else may read, or `env:NAME`, a variable with the file's text. The variable
    /// PRECOMPILE_KEY_PASSWORD has the password. Of a shared cache, only artifacts that this key has signed are used.
    #[arg(long, value_name = "KEY", help_heading = SIGNATURES)]
    #[serde(deserialize_with = "key")]
    pub(crate) sign: Option<KeySource>,

    /// Trust file: of a shared cache, use only what its keys have signed
    ///
    /// Without `--sign`, nothing is sent there.
    #[arg(long, value_name = "FILE", help_heading = SIGNATURES)]
    pub(crate) trust: Option<PathBuf>,

    /// The settings of a file, which those of the command line override.
    #[arg(skip)]
    #[serde(skip)]
    file_settings: Vec<(char, String)>,
}

const COMPILER: &str = "Compiler";
pub(super) const MACHINE: &str = "Machine";
const SETTINGS: &str = "Settings";
pub(super) const SIGNATURES: &str = "Signatures";

impl Project {
    /// The choices of the command line, and those of a file where the command line makes none. The command line's
    /// setting counts where both have it. The backend is the one that the command line names, or that the host behind
    /// `--for` leaves.
    pub(crate) fn over(self, file: Project, chosen: Option<Backend>) -> Project {
        // A backend on the command line overrides the file's expected runs, too.
        let names_backend = matches!(self.backend, Some(BackendArg::Backend(_) | BackendArg::Both));
        // A target that the command line leaves out takes the file's values for it along.
        let named: Vec<String> =
            self.targets.iter().filter_map(|name| Some(name.parse::<Target>().ok()?.to_string())).collect();
        let narrowed = |mut texts: Vec<String>| {
            texts.retain(|text| {
                let target = text.split_once('=').map(|(target, _)| target);
                named.is_empty() || target.is_none_or(|target| named.iter().any(|name| name == target))
            });
            texts
        };
        let expected = if names_backend { (None, None) } else { (file.expect_runs, file.expect_run_time) };
        let parts = Parts::of(&self.strip, &self.setting_args());
        let mut file_settings = parts.settings(&file.setting_args(), chosen);
        // The file may have set it by its letter.
        let level = self.opt_level.map(|level| ('O', format!("opt-level={}", level.digit())));
        file_settings.extend(level);
        // Winch has no levels, so that choosing it overrides the file's.
        let file_opt_level = file.opt_level.filter(|_| chosen != Some(Backend::Winch));
        // Taken apart without `..`, so that no option can be forgotten.
        let Project {
            inputs,
            out_dir,
            follow_links,
            keep_times,
            backend,
            expect_runs,
            expect_run_time,
            fat,
            fallback,
            opt_level,
            targets,
            cpu,
            platform,
            strip,
            wasm,
            debug,
            optimize,
            codegen,
            budget,
            sign,
            trust,
            file_settings: _,
        } = self;
        Project {
            inputs: first(inputs, file.inputs),
            out_dir: out_dir.or(file.out_dir),
            follow_links: follow_links || file.follow_links,
            keep_times: keep_times || file.keep_times,
            backend: backend.or(file.backend),
            expect_runs: expect_runs.or(expected.0),
            expect_run_time: expect_run_time.or(expected.1),
            fat: fat || file.fat,
            fallback: fallback.or(file.fallback),
            opt_level: opt_level.or(file_opt_level),
            targets: first(targets, file.targets),
            cpu: first(cpu, narrowed(file.cpu)),
            platform: first(platform, narrowed(file.platform)),
            strip: first(strip, parts.strip(file.strip)),
            wasm,
            debug,
            optimize,
            codegen,
            budget: budget.or(file.budget),
            sign: sign.or(file.sign),
            trust: trust.or(file.trust),
            file_settings,
        }
    }

    /// The same choices for a backend, without those that another one alone knows.
    pub(crate) fn by(self, backend: Backend) -> Project {
        let own = Project { backend: Some(BackendArg::Backend(backend)), ..Project::default() };
        own.over(self, Some(backend))
    }

    /// The settings, each behind its letter.
    pub(crate) fn setting_args(&self) -> SettingArgs<'_> {
        let Project { wasm, debug, optimize, codegen, .. } = self;
        SettingArgs { wasm, debug, optimize, codegen }
    }

    /// The choices for a target that are the same for all.
    pub(crate) fn choice(&self) -> Choice {
        let own = self.setting_args();
        let own = own.iter().map(|(letter, text)| (letter, text.to_owned()));
        Choice {
            backend: match self.backend {
                Some(BackendArg::Backend(backend)) => Some(backend),
                Some(BackendArg::Auto | BackendArg::Both) | None => None,
            },
            expect: None,
            // Each target may have its own.
            platform: None,
            cpu: None,
            opt_level: self.opt_level.map(OptLevel::from),
            fallback: self.fallback,
            strip: self.strip.concat(),
            settings: self.file_settings.iter().cloned().chain(own).collect(),
        }
    }
}

/// The first list, or the second where the first is empty.
fn first<T>(first: Vec<T>, second: Vec<T>) -> Vec<T> {
    if first.is_empty() { second } else { first }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    quantity::duration(&text).map(Some).map_err(D::Error::custom)
}

/// A size, as a number or as on the command line.
#[derive(Deserialize)]
#[serde(untagged, expecting = "it takes a number of bytes, or a text such as \"512K\"")]
enum Bytes {
    Number(u64),
    Text(String),
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Bytes::deserialize(deserializer)? {
        Bytes::Number(number) => Ok(Some(number)),
        Bytes::Text(text) => quantity::bytes(&text).map(Some).map_err(D::Error::custom),
    }
}

/// A text, or a list of texts.
#[derive(Deserialize)]
#[serde(untagged, expecting = "it takes a text such as \"fuel,simd=n\", or a list of texts")]
enum Texts {
    One(String),
    More(Vec<String>),
}

fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeySource>, D::Error> {
    Ok(Some(String::deserialize(deserializer)?.into()))
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(text) => vec![text],
        Texts::More(texts) => texts,
    })
}

fn strip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<Strip>>, D::Error> {
    let texts = one_or_more(deserializer)?;
    texts.iter().map(|text| value_parsers::strip(text)).collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// Values for targets, as their texts on a command line.
fn texts<'de, D: Deserializer<'de>, T: TargetValue>(deserializer: D) -> Result<Vec<String>, D::Error> {
    PerTarget::<T>::deserialize(deserializer).map(|values| values.texts())
}
