//! Messages of the command with `--message-format json`.

use serde_json::Value;
use std::path::PathBuf;

/// A message that concerns a build script.
pub(super) enum Message {
    /// A fallback's use: the input, and the limit of the first backend.
    Fallback(PathBuf, String),
    /// An input that can't be compiled, and the reason.
    Failed(PathBuf, String),
}

impl Message {
    /// Reads the messages, one object a line.
    pub(super) fn all(text: &str) -> Vec<Message> {
        text.lines().filter_map(|line| Message::of(&serde_json::from_str(line).ok()?)).collect()
    }

    fn of(message: &Value) -> Option<Message> {
        let text = |name: &str| Some(message.get(name)?.as_str()?.to_string());
        let input = || text("input").map(PathBuf::from);
        match &*text("reason")? {
            "compiled" => Some(Message::Fallback(input()?, text("fallback_from")?)),
            "failed" => Some(Message::Failed(input()?, text("error")?)),
            _ => None,
        }
    }
}
