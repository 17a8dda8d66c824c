//! A progress bar on a terminal, for more than one job.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};

/// How many jobs are done.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for as many jobs, which is only seen on a terminal, and only where it is wanted.
    pub(crate) fn new(jobs: usize, wanted: bool) -> Progress {
        let bar = match wanted && jobs > 1 && io::stderr().is_terminal() {
            true => ProgressBar::with_draw_target(Some(jobs as u64), ProgressDrawTarget::stderr()),
            false => ProgressBar::hidden(),
        };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        Progress(bar.with_style(style.expect("the template is well-formed")))
    }

    /// A job is done.
    pub(crate) fn done(&self, name: String) {
        self.0.set_message(name);
        self.0.inc(1);
    }

    /// Prints a line above the bar.
    pub(crate) fn above(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// All jobs are done.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
