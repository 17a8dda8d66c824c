//! Playing a script in one column.

use crate::column::Column;
use crate::suite::Script;
use crate::translate::translate;
use anyhow::{Context, Result, bail};
use conformance_list::{Failure, Play};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use wait_timeout::ChildExt;

/// The outcome of a script.
pub(crate) struct Outcome {
    pub(crate) script: String,
    pub(crate) passed: u32,
    pub(crate) limited: u32,
    pub(crate) failed: Vec<Failure>,
    /// The number of modules that the backend refuses for each reason.
    pub(crate) limits: BTreeMap<String, u32>,
}

/// Compiles a script and has it played in a process of its own: a process that dies or hangs is a failure of this
/// script.
///
/// # Errors
///
/// If the script can't be translated, or the player can't be started.
pub(crate) fn run(script: &Script, column: &Column, player: &[String], limit: Duration) -> Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let translated = translate(script, column, folder.path())?;
    let mut outcome = Outcome {
        script: script.name.clone(),
        passed: translated.passed,
        limited: translated.limited,
        failed: translated.failed,
        limits: translated.limits,
    };
    match play(folder.path(), player, limit) {
        Ok(play) => {
            outcome.passed += play.passed;
            outcome.failed.extend(play.failed);
        }
        Err(error) => {
            outcome.failed.push(Failure { line: 0, error: format!("{error:#}"), assertion: true });
        }
    }
    Ok(outcome)
}

/// Has a list played.
///
/// # Errors
///
/// If the player dies, or takes longer than `limit`.
pub(crate) fn play(folder: &Path, player: &[String], limit: Duration) -> Result<Play> {
    let (program, arguments) = player.split_first().context("there is no player")?;
    let (output, errors) = (folder.join("output"), folder.join("errors"));
    let mut child = Command::new(program)
        .args(arguments)
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(File::create(&output)?)
        .stderr(File::create(&errors)?)
        .spawn()
        .with_context(|| format!("`{program}` can't be started"))?;
    let Some(status) = child.wait_timeout(limit)? else {
        child.kill()?;
        child.wait()?;
        bail!("the player took longer than {} s", limit.as_secs());
    };
    if !status.success() {
        let errors = String::from_utf8_lossy(&std::fs::read(&errors)?).into_owned();
        bail!("the player died: {status}: {}", errors.trim().lines().next().unwrap_or_default());
    }
    Ok(Play::decode(&std::fs::read(&output)?)?)
}
