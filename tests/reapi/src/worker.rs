//! A worker: it executes an action, simulates that, or lies.

use crate::farm::{Farm, lock};
use crate::fault::Fault;
use bazel_remote_apis::build::bazel::remote::execution::v2 as proto;
use prost::Message;
use proto::{Action, ActionResult, Command, Digest, Directory, OutputFile};
use std::fs;
use std::future::pending;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tonic::Status;

/// Executes an action.
pub(crate) async fn work(farm: &Farm, hash: &str) -> Result<ActionResult, Status> {
    let action: Action = message(farm, hash)?;
    let command: Command = message(farm, &digest(action.command_digest)?)?;
    let lies = [Fault::Garbage, Fault::Other, Fault::Nothing, Fault::Never, Fault::Killed];
    match farm.fault(&lies) {
        None => {}
        Some(Fault::Never) => pending().await,
        Some(Fault::Killed) => return Ok(ActionResult { exit_code: 137, ..ActionResult::default() }),
        Some(Fault::Nothing) => return Ok(ActionResult::default()),
        Some(Fault::Other) => {
            let other =
                lock(&farm.recorded).iter().find(|(of, _)| *of != hash).map(|(_, result)| result.clone());
            return other.ok_or_else(|| Status::internal("there is no other action"));
        }
        Some(_) => {
            let output = |path: &String| output(farm, path, b"garbage".to_vec());
            let output_files = command.output_paths.iter().map(output).collect();
            return Ok(ActionResult { output_files, ..ActionResult::default() });
        }
    }
    if let Some(delay) = farm.delay() {
        let recorded = lock(&farm.recorded).get(hash).cloned();
        if let Some(result) = recorded {
            tokio::time::sleep(delay).await;
            return Ok(result);
        }
    }
    let folder = folder(farm, &digest(action.input_root_digest)?)?;
    let longest = action.timeout.map_or(Duration::MAX, |it| Duration::from_secs(it.seconds as u64));
    let result = execute(farm, &command, folder.path(), longest).await?;
    lock(&farm.recorded).insert(hash.into(), result.clone());
    Ok(result)
}

/// Runs the command of an action in its folder.
async fn execute(
    farm: &Farm,
    command: &Command,
    folder: &Path,
    longest: Duration,
) -> Result<ActionResult, Status> {
    let (program, arguments) =
        command.arguments.split_first().ok_or_else(|| Status::invalid_argument("no program"))?;
    let mut child = tokio::process::Command::new(folder.join(program));
    child
        .args(arguments)
        .env_clear()
        .envs(command.environment_variables.iter().map(|it| (&it.name, &it.value)))
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let ended = tokio::time::timeout(longest, async {
        loop {
            match child.output().await {
                // Another action's process, which has not become its program yet, holds the file open for writing.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                ended => break ended,
            }
        }
    })
    .await;
    let ended = ended.map_err(|_| Status::deadline_exceeded("the action takes too long"))??;
    let written = |path: &&String| folder.join(path.as_str()).is_file();
    let output_files = command.output_paths.iter().filter(written);
    let output_files = output_files
        .map(|path| Ok(output(farm, path, fs::read(folder.join(path))?)))
        .collect::<Result<_, std::io::Error>>()?;
    Ok(ActionResult {
        output_files,
        exit_code: ended.status.code().unwrap_or(137),
        stderr_raw: ended.stderr,
        ..ActionResult::default()
    })
}

/// A folder with the files of an action.
fn folder(farm: &Farm, hash: &str) -> Result<TempDir, Status> {
    let listed: Directory = message(farm, hash)?;
    let folder = TempDir::new_in(farm.files.path())?;
    for file in listed.files {
        let hash = digest(file.digest)?;
        let content =
            farm.store.get(&hash).ok_or_else(|| Status::failed_precondition("an input is missing"))?;
        let kept = farm.files.path().join(&hash);
        if !kept.exists() {
            let new = tempfile::NamedTempFile::new_in(farm.files.path())?;
            fs::write(&new, &**content)?;
            #[cfg(unix)]
            fs::set_permissions(&new, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
            // A file that is open for writing can't be executed.
            fs::rename(new.into_temp_path(), &kept)?;
        }
        fs::hard_link(&kept, folder.path().join(&file.name))?;
    }
    Ok(folder)
}

/// An output of an action.
fn output(farm: &Farm, path: &str, content: Vec<u8>) -> OutputFile {
    OutputFile { path: path.into(), digest: Some(farm.store.put(content)), ..OutputFile::default() }
}

/// A message that the farm keeps.
fn message<M: Message + Default>(farm: &Farm, hash: &str) -> Result<M, Status> {
    let content = farm.store.get(hash).ok_or_else(|| Status::failed_precondition("a message is missing"))?;
    M::decode(&**content).map_err(|_| Status::invalid_argument("a content is no such message"))
}

fn digest(digest: Option<Digest>) -> Result<String, Status> {
    digest.map(|digest| digest.hash).ok_or_else(|| Status::invalid_argument("no digest"))
}
