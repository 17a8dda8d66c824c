//! An action: a program, its input, and the output that is wanted.

use crate::blob::Blob;
use crate::capabilities::proto;
use crate::function::Function;
use proto::command::EnvironmentVariable;
use proto::platform::Property;
use std::time::Duration;

/// An action: a program with its input. The same action is the same to the farm, whoever asks for it.
#[derive(Clone, Debug)]
pub struct Action {
    /// The program and its arguments. The program is one of the files, as `./NAME`.
    pub arguments: Vec<String>,
    /// The files, all in the folder in which the program runs.
    pub files: Vec<InputFile>,
    /// The names of the files that the program may write, of which each is a result.
    pub outputs: Vec<String>,
    /// The time that a worker may take.
    pub timeout: Duration,
    /// The properties that the worker must have, such as `OSFamily=linux`.
    pub platform: Vec<(String, String)>,
}

/// A file of an action.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// The name, without a folder.
    pub name: String,
    /// The content.
    pub content: Blob,
    /// It may be executed.
    pub is_executable: bool,
}

/// The messages of an action, as the farm keeps them.
pub(crate) struct Messages {
    pub(crate) action: Blob,
    pub(crate) command: Blob,
    pub(crate) folder: Blob,
}

impl Action {
    /// The messages of the action. Lists are sorted where the protocol says so: servers refuse others.
    pub(crate) fn messages(&self, function: Function) -> Messages {
        let mut files: Vec<_> = self.files.iter().map(node).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let folder = Blob::of(function, &proto::Directory { files, ..proto::Directory::default() });
        let mut properties: Vec<_> = self.platform.iter().map(property).collect();
        properties.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
        let platform = (!properties.is_empty()).then_some(proto::Platform { properties });
        let mut outputs = self.outputs.clone();
        outputs.sort();
        #[expect(deprecated, reason = "servers before version 2.1 and 2.2 of the protocol read these fields")]
        let command = proto::Command {
            arguments: self.arguments.clone(),
            // Of workers that would give a program their own.
            environment_variables: vec![EnvironmentVariable { name: "LC_ALL".into(), value: "C".into() }],
            output_files: outputs.clone(),
            output_paths: outputs,
            platform: platform.clone(),
            ..proto::Command::default()
        };
        let command = Blob::of(function, &command);
        let action = proto::Action {
            command_digest: Some(command.digest.clone()),
            input_root_digest: Some(folder.digest.clone()),
            timeout: prost_duration(self.timeout),
            platform,
            ..proto::Action::default()
        };
        Messages { action: Blob::of(function, &action), command, folder }
    }
}

fn node(file: &InputFile) -> proto::FileNode {
    proto::FileNode {
        name: file.name.clone(),
        digest: Some(file.content.digest.clone()),
        is_executable: file.is_executable,
        ..proto::FileNode::default()
    }
}

fn property((name, value): &(String, String)) -> Property {
    Property { name: name.clone(), value: value.clone() }
}

fn prost_duration(time: Duration) -> Option<bazel_remote_apis::google::protobuf::Duration> {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let nanos = time.subsec_nanos() as i32;
    Some(bazel_remote_apis::google::protobuf::Duration { seconds, nanos })
}
