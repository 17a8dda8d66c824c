//! A script of the specification's tests as a list of commands for a runtime, which needs no parser: one side compiles
//! the script's modules and writes the list, the other plays it, perhaps on another architecture.
//!
//! A list's folder holds it as `list`, and its artifacts as `0.cwasm`, `1.cwasm` and so on.

mod component;
mod play;
mod value;

pub use component::{ComponentValue, Payload};
pub use play::{Failure, Observed, Play};
pub use value::{Expected, Float, Heap, Lanes, Value};

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// A list of commands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct List {
    /// The commands, in the script's order.
    pub commands: Vec<Command>,
    /// The artifact of the module that the host offers to components.
    pub host_module: Option<u32>,
}

/// A command of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Command {
    /// The line of the script, from 1.
    pub line: u32,
    /// The action.
    pub action: Action,
}

/// An action. No name of an instance stands for the last instance that was made. What is said of modules holds for
/// components, too, but that they aren't registered: components find each other by their names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Action {
    /// Loads an artifact, to be instantiated later.
    Define {
        /// The module's name.
        name: Option<String>,
        /// The artifact's number.
        artifact: u32,
    },
    /// Makes an instance.
    Instantiate {
        /// The instance's name.
        name: Option<String>,
        /// The module to instantiate.
        module: Module,
    },
    /// Offers the exports of an instance to instances that are made later.
    Register {
        /// The module name by which they import them.
        name: String,
        /// The instance's name.
        instance: Option<String>,
    },
    /// A call that returns any results.
    Invoke(Invoke),
    /// An execution that returns these results.
    Return(Execute, Vec<Expected>),
    /// An execution that traps, with the reason in the specification's words.
    Trap(Execute, String),
    /// A call that exhausts the stack.
    Exhaust(Invoke),
    /// An artifact with an import that is missing or of the wrong type, with the reason in the specification's words.
    Unlinkable(u32, String),
    /// An execution that ends with an uncaught exception.
    Throw(Execute),
    /// An execution that suspends with an unhandled tag, with the words of the stack-switching proposal.
    Suspend(Execute, String),
    /// Begins a thread, with instances of its own.
    Thread {
        /// The thread's name.
        name: String,
        /// The instance whose shared memories the thread may register.
        shared: Option<String>,
        /// The thread's own steps.
        list: List,
    },
    /// Waits for the end of a thread, by its name.
    Wait(String),
    /// A call with any outcome, which is reported.
    Observe(Invoke),
    /// A report of the content of all exported memories and globals of the last instance.
    ObserveState,
}

/// A module to instantiate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Module {
    /// An artifact, by its number.
    Artifact(u32),
    /// The module that [`Action::Define`] loaded: by its name, or the last one.
    Defined(Option<String>),
}

/// An execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Execute {
    /// A call of a function.
    Invoke(Invoke),
    /// A read of a global.
    Get {
        /// The instance's name.
        instance: Option<String>,
        /// The global's name.
        global: String,
    },
    /// The instantiation of an artifact, with its start function.
    Instantiate(u32),
}

/// A call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invoke {
    /// The instance's name.
    pub instance: Option<String>,
    /// The function's name.
    pub export: String,
    /// The arguments of the call.
    pub arguments: Vec<Value>,
}

impl Action {
    /// Tells whether the action is one of the specification's assertions.
    pub fn is_assertion(&self) -> bool {
        match self {
            Action::Return(..)
            | Action::Trap(..)
            | Action::Exhaust(_)
            | Action::Unlinkable(..)
            | Action::Throw(_)
            | Action::Suspend(..) => true,
            Action::Define { .. }
            | Action::Instantiate { .. }
            | Action::Register { .. }
            | Action::Invoke(_)
            | Action::Thread { .. }
            | Action::Wait(_)
            | Action::Observe(_)
            | Action::ObserveState => false,
        }
    }
}

impl List {
    /// Writes the list into its folder.
    ///
    /// # Errors
    ///
    /// If the file can't be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join("list"), postcard::to_allocvec(self).map_err(io::Error::other)?)
    }

    /// Reads the list in a folder.
    ///
    /// # Errors
    ///
    /// If there is none, or it is damaged.
    pub fn read(folder: &Path) -> io::Result<List> {
        postcard::from_bytes(&std::fs::read(folder.join("list"))?).map_err(io::Error::other)
    }
}

/// The file of an artifact.
pub fn artifact(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number}.cwasm"))
}
