//! The part of a plan that a scheduler's variables name.

use crate::compile::shard_arg::Shard;
use anyhow::{Context, Result, anyhow, bail};

/// The variable with the number of parts, for schedulers that have none of their own.
const COUNT: &str = "PRECOMPILE_SHARDS";

/// A scheduler that numbers the jobs of a group.
struct Scheduler {
    name: &'static str,
    /// The variable with the number of this job.
    index: &'static str,
    /// The number of the first job, as a number or as a variable.
    first: First,
    /// The variable with the number of jobs.
    count: &'static str,
}

/// The number of the first job.
#[derive(Clone, Copy)]
enum First {
    Number(u32),
    /// A variable with it, and one with the distance between two numbers.
    Variables(&'static str, &'static str),
}

/// The user's own variables, which count more than those of schedulers.
const OWN: Scheduler =
    Scheduler { name: "your own", index: "PRECOMPILE_SHARD_INDEX", first: First::Number(0), count: COUNT };

const SCHEDULERS: [Scheduler; 4] = [
    Scheduler { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: First::Number(0), count: COUNT },
    Scheduler {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: First::Variables("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"),
        count: "SLURM_ARRAY_TASK_COUNT",
    },
    Scheduler { name: "Nomad", index: "NOMAD_ALLOC_INDEX", first: First::Number(0), count: COUNT },
    Scheduler { name: "GitLab", index: "CI_NODE_INDEX", first: First::Number(1), count: "CI_NODE_TOTAL" },
];

/// The part that the variables of a scheduler name.
///
/// # Errors
///
/// If there are no such variables, those of several schedulers, or wrong ones.
pub(crate) fn shard(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard> {
    if variable(OWN.index).is_some() {
        return OWN.shard(variable);
    }
    let found: Vec<_> = SCHEDULERS.iter().filter(|it| variable(it.index).is_some()).collect();
    match found[..] {
        [scheduler] => scheduler.shard(variable),
        [] => {
            let names: Vec<_> =
                [&OWN].into_iter().chain(&SCHEDULERS).map(|it| format!("`{}`", it.index)).collect();
            bail!(
                "`--shard auto` finds no scheduler's variable of {}: name the part as `--shard K/N`",
                names.join(", ")
            )
        }
        [first, second, ..] => bail!(
            "both `{}` and `{}` are set, by {} and {}: set `{}`, from 0 on, and `{COUNT}`, or name the part as \
             `--shard K/N`",
            first.index,
            second.index,
            first.name,
            second.name,
            OWN.index
        ),
    }
}

impl Scheduler {
    fn shard(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard> {
        let number = |name: &str| -> Result<Option<u32>> {
            let wrong = |text: &str| format!("`{name}` is `{text}`, and no number");
            variable(name).map(|text| text.parse().with_context(|| wrong(&text))).transpose()
        };
        let index = number(self.index)?.unwrap_or_default();
        let missing =
            || anyhow!("`{}` is set, and `{}` is not: set it to the number of parts", self.index, self.count);
        let count = number(self.count)?.ok_or_else(missing)?;
        let (first, step) = match self.first {
            First::Number(first) => (first, 1),
            First::Variables(first, step) => {
                (number(first)?.unwrap_or_default(), number(step)?.unwrap_or(1).max(1))
            }
        };
        let distance = index.checked_sub(first);
        let place = distance.filter(|distance| distance % step == 0).map(|distance| distance / step);
        match place {
            Some(place) if place < count => Ok(Shard { number: place + 1, of: count }),
            _ => bail!(
                "`{}` is {index}, and `{}` {count}: numbers go from {first} on, {step} apart; use such ones, or \
                 name the part as `--shard K/N`",
                self.index,
                self.count
            ),
        }
    }
}

#[cfg(test)]
mod tests;
