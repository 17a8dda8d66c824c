//! The columns of a comparison's tables, for a terminal and for a page.

use crate::compare::summary::Summary;
use crate::compare::trial::Measured;
use crate::units::{size, time};

/// A column: its title, and the text of a cell.
pub(super) type Column = (&'static str, fn(&Measured) -> String);

/// The columns about compiling.
pub(super) const COMPILING: [Column; 4] = [
    ("compile", |measured| spread(&measured.compile_s)),
    ("processor time", |measured| optional(&measured.compile_cpu_s, time)),
    ("memory", |measured| optional(&measured.compile_memory_bytes, whole_size)),
    ("artifact", |measured| size(measured.artifact_bytes)),
];

/// The columns about running: the second to the sixth are parts of the first.
pub(super) const RUNNING: [Column; 8] = [
    ("one run", |measured| spread(&measured.process_s)),
    ("open and verify", |measured| time(measured.open_and_verify_s.median())),
    ("engine", |measured| time(measured.engine_s.median())),
    ("deserialize", |measured| time(measured.deserialize_s.median())),
    ("instantiate", |measured| time(measured.instantiate_s.median())),
    ("first call", |measured| time(measured.first_call_s.median())),
    ("steady call", |measured| optional(&measured.steady_call_s, time)),
    ("memory", |measured| optional(&measured.run_memory_bytes, whole_size)),
];

/// A median, and the spread of the measurements.
fn spread(summary: &Summary) -> String {
    format!("{} ±{:.0} %", time(summary.median()), summary.spread() * 1e2)
}

/// The size of a median.
fn whole_size(bytes: f64) -> String {
    size(bytes as u64)
}

/// A median; `–` where nothing was measured.
fn optional(summary: &Summary, shown: fn(f64) -> String) -> String {
    if summary.samples().is_empty() { "–".into() } else { shown(summary.median()) }
}
