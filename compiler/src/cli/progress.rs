//! A progress bar on a terminal; for a single job, the time that has passed.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use precompile::artifact::Escaped;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The time after which the bar is first drawn.
const PATIENCE: Duration = Duration::from_millis(500);
/// The time after which the bar is drawn again, where nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// The progress bar: the number of jobs that are done.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The thread that draws the bar after a while, and the channel that cancels it.
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// A bar for this number of jobs, drawn only on a terminal, and only where it is wanted.
    pub(crate) fn new(jobs: usize, wanted: bool) -> Progress {
        let template = match jobs {
            1 => "{spinner} {elapsed} {wide_msg}",
            _ => "{bar:30} {pos}/{len} {elapsed} {prefix}{wide_msg}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        let bar = ProgressBar::with_draw_target(Some(jobs as u64), ProgressDrawTarget::hidden());
        let drawing = (wanted && io::stderr().is_terminal()).then(|| draw_later(bar.clone())).flatten();
        Progress { bar: bar.with_style(style), drawing }
    }

    /// Shows a job that has begun.
    pub(crate) fn begin(&self, name: String) {
        self.bar.set_message(name);
    }

    /// Shows the stages of jobs under way.
    pub(crate) fn stages(&self, stages: String) {
        self.bar.set_prefix(stages);
    }

    /// Counts a job that is done.
    pub(crate) fn done(&self, name: &str) {
        self.bar.set_message(Escaped(name).to_string());
        self.bar.inc(1);
    }

    /// Prints a line above the bar.
    pub(crate) fn above(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Removes the bar, once all jobs are done.
    pub(crate) fn finish(self) {
        if let Some((waiting, thread)) = self.drawing {
            drop(waiting);
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// Starts a thread that draws a bar after a while.
fn draw_later(bar: ProgressBar) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (sender, receiver) = channel::<()>();
    let draw = move || {
        if let Err(RecvTimeoutError::Timeout) = receiver.recv_timeout(PATIENCE) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    };
    // Without a thread, no bar is shown.
    Some((sender, thread::Builder::new().spawn(draw).ok()?))
}
