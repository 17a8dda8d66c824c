//! `precompile targets`: the list of targets.

use crate::cpu_levels::TARGETS;
use crate::message::{Format, print, print_bytes};
use anyhow::Result;
use clap::Args;
use precompile::{ALIASES, Backend, Target};
use serde::Serialize;

/// List the targets, with their short names, backends and CPU levels
#[derive(Args)]
pub(crate) struct Opts {
    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    message_format: Format,
}

#[derive(Serialize)]
#[serde(tag = "reason", rename = "target")]
struct Listed {
    target: String,
    aliases: Vec<&'static str>,
    backends: Vec<Backend>,
    cpu_levels: Vec<&'static str>,
    cpu_features: Vec<&'static str>,
}

impl Opts {
    /// Prints the list.
    pub(crate) fn run(&self) -> Result<()> {
        let targets = TARGETS.iter().map(|name| Ok(listed(&name.parse()?))).collect::<Result<Vec<_>>>()?;
        match self.message_format {
            Format::Json => targets.iter().try_for_each(print)?,
            Format::Human => print_bytes(table(&targets).as_bytes())?,
        }
        Ok(())
    }
}

fn listed(target: &Target) -> Listed {
    let compiles = |backend: &Backend| target.check(*backend, target.default_platform(*backend)).is_ok();
    let triple = target.to_string();
    Listed {
        aliases: ALIASES
            .iter()
            .filter(|(alias, of)| *of == triple && *alias != triple)
            .map(|(alias, _)| *alias)
            .collect(),
        backends: Backend::ALL.into_iter().filter(compiles).collect(),
        cpu_levels: target.family().levels.iter().map(|level| level.name).collect(),
        cpu_features: target.family().features.iter().map(|feature| feature.name).collect(),
        target: triple,
    }
}

fn table(targets: &[Listed]) -> String {
    let mut text = String::new();
    for target in targets {
        let line = |name: &str, words: &[&str]| match words {
            [] => String::new(),
            _ => format!("  {name:<13}{}\n", words.join(", ")),
        };
        let backends: Vec<_> = target.backends.iter().map(|backend| backend.name()).collect();
        text += &format!("{}\n", target.target);
        text += &line("short names", &target.aliases);
        text += &line("backends", &backends);
        text += &line("CPU levels", &target.cpu_levels);
        text += &line("CPU features", &target.cpu_features);
    }
    let desktop = architectures("pc-windows-msvc");
    let bare: Vec<_> =
        architectures("unknown-none").into_iter().filter(|name| !desktop.contains(name)).collect();
    text += &format!(
        "\nOther systems: {} compile for macOS (`aarch64-apple-darwin`), Windows\n\
         (`x86_64-pc-windows-msvc`) and none (`x86_64-unknown-none`), {} for none.\n\
         pulley64be and pulley32be are for big-endian machines.\n",
        desktop.join(" and "),
        bare.join(" and ")
    );
    text
}

/// The architectures that have code for a system.
fn architectures(system: &str) -> Vec<&'static str> {
    let names = TARGETS.iter().filter_map(|target| target.split('-').next());
    names.filter(|name| format!("{name}-{system}").parse::<Target>().is_ok()).collect()
}
