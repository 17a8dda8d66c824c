//! A progress bar on a terminal; for one job alone, how long it takes.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use precompile::artifact::Escaped;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What takes less isn't worth a word.
const PATIENCE: Duration = Duration::from_millis(500);
/// The time after which it is drawn again, where nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// The number of jobs that are done, as it is shown.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// What shows the bar, after a while.
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// A bar for as many jobs, which is only seen on a terminal, and only where it is wanted.
    pub(crate) fn new(jobs: usize, wanted: bool) -> Progress {
        let template = match jobs {
            1 => "{spinner} {elapsed} {wide_msg}",
            _ => "{bar:30} {pos}/{len} {elapsed} {wide_msg}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        let bar = ProgressBar::with_draw_target(Some(jobs as u64), ProgressDrawTarget::hidden());
        let shown = (wanted && io::stderr().is_terminal()).then(|| show_late(bar.clone())).flatten();
        Progress { bar: bar.with_style(style), shown }
    }

    /// A job has begun.
    pub(crate) fn begin(&self, name: String) {
        self.bar.set_message(name);
    }

    /// A job is done.
    pub(crate) fn done(&self, name: &str) {
        self.bar.set_message(Escaped(name).to_string());
        self.bar.inc(1);
    }

    /// Prints a line above the bar.
    pub(crate) fn above(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// All jobs are done.
    pub(crate) fn finish(self) {
        if let Some((waiting, thread)) = self.shown {
            drop(waiting);
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// Has a bar be drawn once it took a while.
fn show_late(bar: ProgressBar) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (sender, receiver) = channel::<()>();
    let show = move || {
        if let Err(RecvTimeoutError::Timeout) = receiver.recv_timeout(PATIENCE) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    };
    // Where there is no thread for it, nothing is shown.
    Some((sender, thread::Builder::new().spawn(show).ok()?))
}
