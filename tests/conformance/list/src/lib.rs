//! The demands of a script of the specification's tests on a runtime, as a list that needs no parser: one
//! side compiles the script's modules and writes the list, the other plays it, perhaps on another
//! architecture.
//!
//! In its folder the list is `list`, and the artifacts are `0.cwasm`, `1.cwasm` and so on.

mod play;
mod value;

pub use play::{Failure, Observed, Play};
pub use value::{Expected, Float, Heap, Lanes, Value};

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Steps, one after the other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct List {
    /// In the script's order.
    pub commands: Vec<Command>,
}

/// One thing to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Command {
    /// The line of the script, from 1.
    pub line: u32,
    /// The action.
    pub action: Action,
}

/// An action. Instances without a name are the last one that was made.
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
        /// The module that it is an instance of.
        module: Module,
    },
    /// Offers what an instance exports to instances that are made later.
    Register {
        /// The name of the module that they import.
        name: String,
        /// The instance's name.
        instance: Option<String>,
    },
    /// It returns, whatever it returns.
    Invoke(Invoke),
    /// It returns these.
    Return(Execute, Vec<Expected>),
    /// It traps, for a reason in the specification's words.
    Trap(Execute, String),
    /// It calls deeper than the stack allows.
    Exhaust(Invoke),
    /// An import is missing, or of the wrong type, in the specification's words.
    Unlinkable(u32, String),
    /// It ends with an exception that nobody catches.
    Throw(Execute),
    /// It suspends with a tag that nobody handles, in the words of the stack-switching proposal.
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
    /// It does whatever it does, which is told.
    Observe(Invoke),
    /// The content of all exported memories and globals of the last instance is told.
    ObserveState,
}

/// A module to be instantiated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Module {
    /// An artifact, by its number.
    Artifact(u32),
    /// The one that [`Action::Define`] loaded: by its name, or the last one.
    Defined(Option<String>),
}

/// Something to be executed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Execute {
    /// A function.
    Invoke(Invoke),
    /// A look at a global.
    Get {
        /// The instance's name.
        instance: Option<String>,
        /// The global's.
        global: String,
    },
    /// The start function of an artifact, and all else that instantiating it does.
    Instantiate(u32),
}

/// A call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invoke {
    /// The instance's name.
    pub instance: Option<String>,
    /// The function's.
    pub export: String,
    /// The arguments of the call.
    pub arguments: Vec<Value>,
}

impl Action {
    /// The test that it is one of the specification's assertions.
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
    /// Where the file can't be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join("list"), postcard::to_allocvec(self).map_err(io::Error::other)?)
    }

    /// Reads the list in a folder.
    ///
    /// # Errors
    ///
    /// Where there is none, or it is damaged.
    pub fn read(folder: &Path) -> io::Result<List> {
        postcard::from_bytes(&std::fs::read(folder.join("list"))?).map_err(io::Error::other)
    }
}

/// The file of an artifact.
pub fn artifact(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number}.cwasm"))
}
