//! Named contents in a farm's caches: each is the result of an action that nobody executes.

use crate::blob::Blob;
use crate::capabilities::proto::{self, ActionResult, OutputFile};
use crate::client::Client;
use crate::error::FarmError;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The output of each.
const CONTENT: &str = "content";
/// The questions that are under way at a time.
const AT_ONCE: usize = 160;

/// The messages of the action that stands for a name.
struct Named {
    action: Blob,
    command: Blob,
    folder: Blob,
}

impl Client {
    /// The action that stands for a name. Servers may want its parts to be there before they keep its result.
    fn named(&self, name: &str) -> Named {
        let function = self.can.function;
        let arguments = vec!["precompile-cache-entry".into(), name.into()];
        let command =
            proto::Command { arguments, output_paths: vec![CONTENT.into()], ..proto::Command::default() };
        let command = Blob::of(function, &command);
        let folder = Blob::of(function, &proto::Directory::default());
        let action = proto::Action {
            command_digest: Some(command.digest.clone()),
            input_root_digest: Some(folder.digest.clone()),
            ..proto::Action::default()
        };
        Named { action: Blob::of(function, &action), command, folder }
    }

    /// The content of a name, of at most so many bytes; `None` where there is none, or it is older than `max_age` by this
    /// machine's clock.
    ///
    /// # Errors
    ///
    /// If the farm fails, or sends something else.
    pub async fn entry(
        &self,
        name: &str,
        max_bytes: u64,
        max_age: Option<Duration>,
    ) -> Result<Option<Bytes>, FarmError> {
        let Some(file) = self.entry_file(name, max_age).await? else { return Ok(None) };
        let Some(digest) = file.digest else { return Ok(None) };
        match self.read(&digest, max_bytes).await {
            Ok(content) => Ok(Some(content)),
            // The store forgets contents before results.
            Err(FarmError::Lost(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tells for each name whether there is a content.
    ///
    /// # Errors
    ///
    /// If the farm fails.
    pub async fn have_entries(
        &self,
        names: &[String],
        max_age: Option<Duration>,
    ) -> Result<Vec<bool>, FarmError> {
        // Owned: the compiler can't tell yet that a future with borrowed names is one for any of them.
        let names = names.to_vec();
        let files = stream::iter(names).map(|name| async move { self.entry_file(&name, max_age).await });
        let files: Vec<_> = files.buffered(AT_ONCE).try_collect().await?;
        let digests = files.iter().flatten().filter_map(|file| file.digest.as_ref());
        let lacking = self.lacking(digests).await?;
        let is_there = |file: &OutputFile| file.digest.as_ref().is_some_and(|it| !lacking.contains(&it.hash));
        Ok(files.iter().map(|file| file.as_ref().is_some_and(is_there)).collect())
    }

    /// Sets the content of a name.
    ///
    /// # Errors
    ///
    /// If the farm fails, or takes no results from clients.
    pub async fn set_entry(&self, name: &str, content: impl Into<Bytes>) -> Result<(), FarmError> {
        if !self.can.takes_results {
            return Err(FarmError::refused("it takes no results from clients"));
        }
        let Named { action, command, folder } = self.named(name);
        let content = Blob::new(self.can.function, content);
        self.upload(&[&content, &command, &folder, &action]).await?;
        let file = OutputFile { path: CONTENT.into(), digest: Some(content.digest), ..OutputFile::default() };
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
        let now = bazel_remote_apis::google::protobuf::Timestamp { seconds: seconds as i64, nanos: 0 };
        let metadata = proto::ExecutedActionMetadata {
            worker: "precompile".into(),
            execution_completed_timestamp: Some(now),
            ..proto::ExecutedActionMetadata::default()
        };
        let result = ActionResult {
            output_files: vec![file],
            execution_metadata: Some(metadata),
            ..ActionResult::default()
        };
        self.set_result(&action, result).await
    }

    /// The file of a name's content.
    async fn entry_file(
        &self,
        name: &str,
        max_age: Option<Duration>,
    ) -> Result<Option<OutputFile>, FarmError> {
        let Some(result) = self.result(&self.named(name).action).await? else { return Ok(None) };
        if let Some(max_age) = max_age {
            let metadata = result.execution_metadata;
            let written = metadata.and_then(|it| it.execution_completed_timestamp).map_or(0, |it| it.seconds);
            let written = UNIX_EPOCH + Duration::from_secs(u64::try_from(written).unwrap_or(0));
            // One of the future was written by a clock that is off, and is new.
            if SystemTime::now().duration_since(written).is_ok_and(|age| age > max_age) {
                return Ok(None);
            }
        }
        Ok(result.output_files.into_iter().find(|file| file.path == CONTENT))
    }
}
