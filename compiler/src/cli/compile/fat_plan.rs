//! The ways to compile the slices of a fat artifact.

use crate::compile::backend_arg::BackendArg;
use crate::compile::project::Project;
use crate::compile::target_plan::{TargetPlan, named_targets, ways_for};
use crate::described_host::DescribedHost;
use crate::per_target::PerTarget;
use anyhow::{Context, Result};
use precompile::artifact::escaped_path;
use precompile::{Backend, Choice, ChoiceError, Expect, PairError, Platform, slice_levels};
use std::slice;

/// A way for each target, level of CPU and backend. Those that are the same are there once.
pub(super) fn fat_plans(project: &Project, expect: Option<Expect>) -> Result<Vec<TargetPlan>> {
    let targets = named_targets(project)?;
    let platforms = PerTarget::<Platform>::parse(project.platform.iter().map(String::as_str))?;
    platforms.check(&targets)?;
    let levels = slice_levels(&project.cpu, &targets)?;
    let backends: &[Option<Backend>] = match project.backend {
        Some(BackendArg::Both) => &[Some(Backend::Cranelift), Some(Backend::Winch)],
        Some(BackendArg::Backend(backend)) => &[Some(backend)],
        Some(BackendArg::Auto) | None => &[None],
    };
    let mut plans = Vec::new();
    for (target, levels) in targets.iter().zip(levels) {
        for level in &levels {
            for backend in backends {
                let choice = Choice {
                    backend: *backend,
                    expect,
                    platform: platforms.of(target).copied(),
                    cpu: Some(level.clone()),
                    ..project.choice()
                };
                match choice.candidates(target) {
                    Ok(ways) => plans.push(TargetPlan::of(ways)),
                    // Of both backends, Winch has no code for some targets.
                    Err(ChoiceError::Pair(
                        PairError::Winch { .. } | PairError::WinchWithoutSignals { .. },
                    )) if backends.len() > 1 => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    Ok(distinct(plans))
}

/// A way for each host. Hosts that one slice is best for share it.
pub(super) fn fat_host_plans(
    project: &Project,
    hosts: Vec<DescribedHost>,
    expect: Option<Expect>,
) -> Result<Vec<TargetPlan>> {
    let choice = project.choice();
    let plan = |host: DescribedHost| {
        let ways = ways_for(&choice, slice::from_ref(&host), expect)
            .with_context(|| format!("`{}`", escaped_path(&host.file)))?;
        Ok(TargetPlan::fitted(None, ways, vec![host]))
    };
    Ok(distinct(hosts.into_iter().map(plan).collect::<Result<_>>()?))
}

/// The plans without those that another one does. Theirs are the hosts of both.
fn distinct(plans: Vec<TargetPlan>) -> Vec<TargetPlan> {
    let mut distinct: Vec<TargetPlan> = Vec::new();
    for plan in plans {
        match distinct.iter_mut().find(|known| known.is_same_as(&plan)) {
            Some(known) => known.add_hosts(plan),
            None => distinct.push(plan),
        }
    }
    distinct
}
