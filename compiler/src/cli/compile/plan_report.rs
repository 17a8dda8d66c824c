//! The report of a plan, of which nothing is compiled.

use crate::compile::Opts;
use crate::compile::job::{Caching, Failed, Job};
use crate::compile::job_key::read_sources;
use crate::compile::mem_budget::input_peak;
use crate::compile::place::places;
use crate::compile::plan::Plan;
use crate::message::{Format, Message, Planned, Whereabouts, nanoseconds, print, tell};
use crate::units::seconds;
use anyhow::Result;
use precompile::PROCESS_BYTES;
use precompile::artifact::escaped_path;
use std::io;
use std::time::Duration;

impl Opts {
    /// Reports the place of each artifact, and the estimated time for those that are missing. Returns `false` where an
    /// input can't be read.
    pub(crate) fn report_plan(&self, plan: &Plan, caching: Option<Caching<'_>>) -> Result<bool> {
        let mut planned = Planned::default();
        let (mut rest, mut failures) = (Vec::new(), Vec::new());
        for job in &plan.jobs {
            match caching.and_then(|caching| job.in_place(caching)) {
                Some(_) => self.report_planned(job, Whereabouts::InPlace, &mut planned)?,
                None => rest.push(job),
            }
        }
        read_sources(&rest, caching, true);
        for (job, place) in rest.iter().zip(places(&rest, caching)) {
            match place {
                Some(place) => self.report_planned(job, place, &mut planned)?,
                // It may have become readable meanwhile.
                None => match job.read_digest(caching) {
                    Ok(_) => self.report_planned(job, Whereabouts::Missing, &mut planned)?,
                    Err(error) => failures.push((*job, Failed::new(error))),
                },
            }
        }
        if let Some(Caching { cache, .. }) = caching {
            cache.keep_notes();
            self.warn(cache);
        }
        failures.sort_by_key(|(job, _)| job.order);
        self.report_failures(&failures, &[], plan.several_targets)?;
        planned.failed = failures.len() as u64;
        let success = failures.is_empty();
        match self.message_format {
            Format::Json => {
                print(&Message::Plan(planned))?;
                print(&Message::Finished { success, counts: None, usage: None })?;
            }
            Format::Human if self.quiet => {}
            Format::Human => tell(&planned.text()),
        }
        Ok(success)
    }

    /// Reports a job, and counts it.
    fn report_planned(&self, job: &Job, place: Whereabouts, planned: &mut Planned) -> io::Result<()> {
        let count = match place {
            Whereabouts::InPlace => &mut planned.in_place,
            Whereabouts::Cached => &mut planned.cached,
            Whereabouts::Shared => &mut planned.shared,
            Whereabouts::Missing => &mut planned.missing,
            Whereabouts::Same => &mut planned.same,
        };
        *count += 1;
        let estimate = if place == Whereabouts::Missing { job.estimate() } else { Duration::ZERO };
        planned.estimated_cpu_ns = planned.estimated_cpu_ns.saturating_add(nanoseconds(estimate));
        let (backend, target) = (job.options.backend, &job.options.target);
        match self.message_format {
            Format::Json => print(&Message::Planned {
                input: &job.input.path,
                output: &job.output.path,
                backend,
                target: target.to_string(),
                place,
                key: job.key().map(|key| key.digest().to_string()),
                estimated_cpu_ns: nanoseconds(estimate),
                estimated_peak_bytes: if place == Whereabouts::Missing {
                    PROCESS_BYTES.saturating_add(input_peak(&job.limits, &job.input))
                } else {
                    0
                },
            }),
            Format::Human if !self.quiet && (place == Whereabouts::Missing || self.verbose) => {
                let (input, output) = (escaped_path(&job.input.path), escaped_path(&job.output.path));
                let place = match place {
                    Whereabouts::InPlace => "in place",
                    Whereabouts::Cached => "in the cache",
                    Whereabouts::Shared => "in the shared cache",
                    Whereabouts::Missing => "missing",
                    Whereabouts::Same => "the same as another",
                };
                let time = match estimate {
                    Duration::ZERO => String::new(),
                    time => format!(", estimated processor time {}", seconds(time.as_secs_f64())),
                };
                tell(&format!("`{input}` with {backend} for {target} is {place}: `{output}`{time}"));
                Ok(())
            }
            Format::Human => Ok(()),
        }
    }
}

impl Planned {
    /// The counts for people, but for those that are 0.
    fn text(self) -> String {
        let Planned { in_place, cached, shared, missing, same, failed, estimated_cpu_ns } = self;
        let counts = [
            (in_place, "in place"),
            (cached, "in the cache"),
            (shared, "in the shared cache"),
            (missing, "missing"),
            (same, "the same as others"),
            (failed, "failed"),
        ];
        let total: u64 = counts.iter().map(|(count, _)| count).sum();
        let parts = counts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, name)| format!("{count} {name}")).collect();
        let parts = if parts.is_empty() { "nothing to do".into() } else { parts.join(", ") };
        let time = seconds(Duration::from_nanos(estimated_cpu_ns).as_secs_f64());
        let s = if total == 1 { "" } else { "s" };
        format!("plan of {total} artifact{s}: {parts}; estimated processor time {time}")
    }
}
