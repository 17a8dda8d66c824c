//! The ways to compile for each target, or for the described hosts.

use crate::compile::auto::Auto;
use crate::compile::input_limits::InputLimits;
use crate::compile::inputs::Input;
use crate::compile::project::Project;
use crate::described_host::DescribedHost;
use crate::per_target::{Cpu, PerTarget};
use anyhow::{Context, Result, anyhow, bail};
use precompile::artifact::{Host, escaped_path};
use precompile::cache::Recipe;
use precompile::{
    Backend, Choice, ChoiceError, Chosen, CpuError, Expect, Fallback, FleetFit, Options, PairError, Platform,
    Target,
};
use std::ffi::OsString;
use std::sync::Arc;

/// The ways to compile each input for one target, or for described hosts.
pub(super) struct TargetPlan {
    /// The part between the names of input and output, where there is more than one output for an input.
    pub(super) suffix: Option<OsString>,
    /// The hosts that the artifacts must fit.
    pub(super) hosts: Arc<[DescribedHost]>,
    /// The ways: one, or one for each backend that may be chosen.
    ways: Vec<Way>,
}

/// A way to compile.
pub(super) struct Way {
    pub(super) options: Arc<Options>,
    pub(super) recipe: Arc<Recipe>,
    /// The reason why another backend replaces the requested one, whatever the input.
    pub(super) refusal: Option<PairError>,
}

impl Way {
    fn new((options, refusal): (Options, Option<PairError>)) -> Way {
        let recipe = Arc::new(precompile::recipe(&options));
        Way { options: Arc::new(options), recipe, refusal }
    }
}

impl TargetPlan {
    /// Ways for any host.
    pub(super) fn of(ways: Vec<(Options, Option<PairError>)>) -> TargetPlan {
        TargetPlan { suffix: None, hosts: Arc::new([]), ways: ways.into_iter().map(Way::new).collect() }
    }

    /// Returns true if both compile alike.
    pub(super) fn is_same_as(&self, other: &TargetPlan) -> bool {
        self.ways.iter().map(|way| &way.options).eq(other.ways.iter().map(|way| &way.options))
    }

    /// Has the artifacts fit the hosts of another plan, too.
    pub(super) fn add_hosts(&mut self, other: TargetPlan) {
        self.hosts = self.hosts.iter().chain(&*other.hosts).cloned().collect();
    }

    /// The ways that hosts allow.
    pub(super) fn fitted(
        suffix: Option<OsString>,
        ways: Vec<Options>,
        hosts: Vec<DescribedHost>,
    ) -> TargetPlan {
        let ways = ways.into_iter().map(|options| Way::new((options, None))).collect();
        TargetPlan { suffix, hosts: hosts.into(), ways }
    }

    /// The way for an input, and the choice that led to it.
    pub(super) fn way(
        &self,
        auto: Option<&Auto>,
        input: &Input,
        bytes: Option<&[u8]>,
        limits: &InputLimits,
    ) -> (&Way, Option<Chosen>) {
        let Some(auto) = auto else { return (&self.ways[0], None) };
        let backends: Vec<_> = self.ways.iter().map(|way| way.options.backend).collect();
        let (at, chosen) = auto.choose(&backends, input, bytes, limits);
        (&self.ways[at], Some(chosen))
    }
}

/// The ways to compile for described hosts: into a folder for each of them, and one for all otherwise.
pub(super) fn host_plans(
    project: &Project,
    hosts: Vec<DescribedHost>,
    expect: Option<Expect>,
    notes: &mut Vec<String>,
) -> Result<Vec<TargetPlan>> {
    let choice = project.choice();
    if let [_] = &hosts[..] {
        return Ok(vec![TargetPlan::fitted(None, ways_for(&choice, &hosts, expect)?, hosts)]);
    }
    if project.out_dir.is_none() {
        let unused = fit_all(&hosts, choice.backend)?.unused_cpu_features;
        if !unused.is_empty() {
            notes.push(format!(
                "not all of these {} hosts have {}: no artifact uses what one lacks; `--out-dir` compiles for each",
                hosts.len(),
                unused.join(", ")
            ));
        }
        return Ok(vec![TargetPlan::fitted(None, ways_for(&choice, &hosts, expect)?, hosts)]);
    }
    check_names(&hosts)?;
    let plan = |host: DescribedHost| {
        let ways = ways_for(&choice, std::slice::from_ref(&host), expect)
            .with_context(|| format!("`{}`", escaped_path(&host.file)))?;
        Ok(TargetPlan::fitted(Some(host.name().into()), ways, vec![host]))
    };
    hosts.into_iter().map(plan).collect()
}

/// Checks that the hosts, after which outputs are named, have different names, also where a file system ignores case.
///
/// # Errors
///
/// If two have the same.
fn check_names(hosts: &[DescribedHost]) -> Result<()> {
    for (at, host) in hosts.iter().enumerate() {
        let name = host.name().to_ascii_lowercase();
        if let Some(twin) = hosts[..at].iter().find(|other| other.name().to_ascii_lowercase() == name) {
            bail!(
                "the hosts `{}` and `{}` have the same name, and artifacts are named after hosts: rename one",
                escaped_path(&twin.file),
                escaped_path(&host.file)
            );
        }
    }
    Ok(())
}

/// The ways to compile for all of these hosts: those that they and the other options allow; or the reason why there is
/// none.
pub(super) fn ways_for(
    choice: &Choice,
    hosts: &[DescribedHost],
    expect: Option<Expect>,
) -> Result<Vec<Options>> {
    let fit = |backend| anyhow::Ok(choice.adjust(fit_all(hosts, backend)?.options)?);
    if expect.is_none() {
        return Ok(vec![fit(choice.backend)?]);
    }
    let mut ways: Vec<_> = Backend::ALL.into_iter().filter_map(|backend| fit(Some(backend)).ok()).collect();
    if let [one, other] = &mut ways[..] {
        // Hosts that accept both accept the fallback.
        let winch = if one.backend == Backend::Winch { one } else { other };
        winch.fallback = winch.fallback.or(Some(Fallback::Cranelift));
    }
    if ways.is_empty() { Ok(vec![fit(None)?]) } else { Ok(ways) }
}

/// The targets that are named, or else this machine.
///
/// # Errors
///
/// If a name is none, or one is named twice.
pub(super) fn named_targets(project: &Project) -> Result<Vec<Target>> {
    let names = project.targets.iter();
    let mut targets = names.map(|name| name.parse()).collect::<Result<Vec<Target>, _>>()?;
    if targets.is_empty() {
        targets.push(Target::host().context("this machine needs `--target`")?);
    }
    if let Some(twice) = (1..targets.len()).find(|at| targets[..*at].contains(&targets[*at])) {
        bail!("the target `{}` is named twice: leave one out", targets[twice]);
    }
    Ok(targets)
}

/// The ways to compile for each target.
pub(super) fn target_plans(project: &Project, expect: Option<Expect>) -> Result<Vec<TargetPlan>> {
    let choice = project.choice();
    let targets = named_targets(project)?;
    let cpus = PerTarget::<Cpu>::parse(project.cpu.iter().map(String::as_str))?;
    let platforms = PerTarget::<Platform>::parse(project.platform.iter().map(String::as_str))?;
    cpus.check(&targets)?;
    platforms.check(&targets)?;
    let several = targets.len() > 1;
    let target_plans = targets.into_iter().map(|target| {
        let cpu = cpus.of(&target).map(|cpu| cpu.0.clone());
        let platform = platforms.of(&target).copied();
        let choice = Choice { expect, platform, cpu, ..choice.clone() };
        let ways = choice.candidates(&target).map_err(|error| match error {
            ChoiceError::Cpu(CpuError::Sign { name }) if target.family().level(&name).is_some() => {
                anyhow!("`{name}` would be a second CPU for `{target}`: add `--fat`, which compiles for each, or leave it out")
            }
            ChoiceError::Cpu(error) if several => {
                anyhow!("{error}; a CPU for one target alone is written `TARGET=LEVEL`")
            }
            error => error.into(),
        })?;
        Ok(TargetPlan { suffix: several.then(|| target.to_string().into()), ..TargetPlan::of(ways) })
    });
    target_plans.collect()
}

/// The options for artifacts that fit all of these hosts.
///
/// # Errors
///
/// If there are none; if one host is the reason, it is named.
pub(super) fn fit_all(hosts: &[DescribedHost], backend: Option<Backend>) -> Result<FleetFit> {
    if hosts.len() > 1 {
        for DescribedHost { file, host } in hosts {
            precompile::fit(host, backend).with_context(|| format!("`{}`", escaped_path(file)))?;
        }
    }
    let hosts: Vec<&Host> = hosts.iter().map(|described| &described.host).collect();
    Ok(precompile::fit_all(&hosts, backend)?)
}
