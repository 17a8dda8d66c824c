//! The numbers of errors, which never change.
//!
//! Builds without the feature `messages` report only the number, and `precompile explain --code` explains it.

use core::fmt::{Display, Formatter, Result};

macro_rules! codes {
    ($($name:ident = $number:literal, $meaning:literal, $remedy:literal;)*) => {
        /// The number of an error. Numbers from 100 are of reading an artifact, from 200 of mismatches with the host,
        /// from 300 of opening and linking, from 400 of `precompile-run`. Numbers from 500 are the guest's traps, in
        /// wasmtime's own numbering.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
            /// A trap, by wasmtime's number for it.
            Trap(u8),
        }

        impl Code {
            /// Every code but those of traps, in order.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The number.
            pub const fn number(self) -> u16 {
                match self {
                    $(Code::$name => $number,)*
                    Code::Trap(trap) => FIRST_TRAP + trap as u16,
                }
            }

            /// The meaning, as a sentence; `None` for traps, which wasmtime describes.
            #[cfg(feature = "messages")]
            pub const fn meaning(self) -> Option<&'static str> {
                match self {
                    $(Code::$name => Some($meaning),)*
                    Code::Trap(_) => None,
                }
            }

            /// The remedy, as a sentence; `None` for traps.
            #[cfg(feature = "messages")]
            pub const fn remedy(self) -> Option<&'static str> {
                match self {
                    $(Code::$name => Some($remedy),)*
                    Code::Trap(_) => None,
                }
            }
        }
    };
}

/// The number of wasmtime's trap 0.
const FIRST_TRAP: u16 = 500;
/// The number of trap 255: in artifacts, a trap is one byte.
const LAST_TRAP: u16 = FIRST_TRAP + u8::MAX as u16;

codes! {
    NotAnArtifact = 101, "The file is no artifact.", "Compile a module or a component with precompile.";
    Truncated = 102, "The file ends too early.", "Copy or compile it again.";
    NoTrailer = 103, "The artifact was made by wasmtime, and not by precompile.", "Compile the module with precompile.";
    TrailerMagic = 104, "What follows the image is no trailer of precompile's.", "Compile the module again.";
    TrailerFormat = 105, "The trailer has a format that is newer than the reader.", "Use a newer version of the reader.";
    Manifest = 106, "The manifest can't be read.", "Compile the module again, or use a newer version of the reader.";
    ImageKind = 107, "The image is of another kind than the manifest says.", "Compile the module again.";
    Excess = 108, "The file has more bytes than an artifact.", "Copy or compile it again.";
    Digest = 109, "The artifact was damaged after it was written.", "Copy or compile it again.";
    Fat = 110, "The file is a fat artifact, for several hosts, and the reader takes one for a single host.", "Use a build with the feature `fat`, or take a slice out with `precompile fat --split`.";
    FatIndex = 111, "The index of a fat artifact can't be read.", "Make the fat artifact again, or use a newer version of the reader.";
    FatSlice = 112, "A slice of a fat artifact isn't the one that its index describes.", "Copy or make it again.";

    WasmtimeVersion = 201, "The artifact was compiled by another major version of wasmtime than the runtime holds.", "Use a precompile and a runtime that are built on the same wasmtime.";
    Kind = 202, "The artifact is a component, and the runtime runs modules only.", "Use a runtime with the feature `component-model`.";
    Target = 203, "The artifact was compiled for another machine.", "Compile with `--target` as the host is, or for Pulley if the runtime holds it.";
    CodeMemory = 204, "The artifact is machine code, and nothing makes memory executable on this host.", "Compile for Pulley, or give the runtime `code_memory` or the feature `custom-virtual-memory`.";
    CpuFeatures = 205, "The code uses instructions that the processor lacks.", "Compile with a lower `--cpu`.";
    FloatInstructions = 206, "The code would call functions with floating-point numbers, which this host passes otherwise.", "Compile with `--cpu x86-64-v3`.";
    Features = 207, "The artifact needs WebAssembly features that this build of the runtime lacks.", "Use a runtime with them, or build the module without.";
    Signals = 208, "The code needs hardware faults as traps, and the host has none.", "Compile with `--platform freestanding`, which Winch can't.";
    VirtualMemory = 209, "The code needs address space that is reserved, and the host has no virtual memory.", "Compile with `--platform freestanding` or `--platform signals-only`.";
    Concurrency = 210, "The artifact was compiled with the component model's concurrency, and the runtime has none.", "Use a runtime with the feature `async`, or compile modules with `-W concurrency-support=n`.";
    Epochs = 211, "The code can be interrupted by epochs, which the host can't count.", "Compile without `-W epoch-interruption`, or with `-W fuel` instead.";
    Compiler = 212, "The artifact is Winch's, and the host's program holds a compiler, whose code passes arguments otherwise.", "Compile with `--backend cranelift`, or build the program without the compiler that another of its packages brings.";
    NoSlice = 213, "None of a fat artifact's slices fits the host.", "See `precompile explain`, which says of each slice why not, and compile one for the host.";
    PolicyBackend = 221, "The host's policy doesn't accept the backend.", "Compile with a `--backend` that it accepts.";
    PolicyWasmtimeVersion = 222, "The host's policy demands a newer wasmtime to have compiled the code.", "Compile with a newer precompile.";
    PolicyEpochInterruption = 223, "The host's policy demands code that can be interrupted.", "Compile with `-W epoch-interruption`.";
    PolicyFuel = 224, "The host's policy demands code that consumes fuel.", "Compile with `-W fuel`.";
    PolicyMemory = 225, "The host's policy limits memory, and the artifact's may grow beyond.", "Build the module with a maximum for its memories.";
    PolicyDebug = 226, "The host's policy accepts no debugging information.", "Compile without `-D debug-info` and `-D backtrace-details`.";
    PolicyAudited = 227, "The host's policy accepts no code of a compiler with a known fault.", "Compile with a precompile that is built on a wasmtime with the fix.";
    Unsigned = 231, "The artifact isn't signed, and the host runs signed ones only.", "Have a key that the host trusts sign it, by `precompile sign`.";
    KeyUnknown = 232, "The artifact is signed by keys that the host doesn't trust.", "Have a key that it trusts sign it, or have the host trust the key.";
    KeyLimits = 233, "The artifact is signed by a key that the host doesn't trust for such artifacts.", "Have another key sign it, or loosen the key's limits in the trust file.";
    SignatureWrong = 234, "A signature isn't one of this artifact.", "Sign the artifact again, and see how it came here.";
    TooFewSigners = 235, "Fewer keys have signed the artifact than the host demands.", "Have another of its keys sign it, too.";
    SignatureFormat = 236, "The artifact's signatures can't be read.", "Compile and sign it again.";

    Io = 301, "The file can't be read.", "See whether it exists, and who may read it.";
    Wasmtime = 302, "Wasmtime's own checks refuse the artifact, or there is too little memory for it.", "Have a build with the feature `messages` tell why.";
    OtherEngine = 303, "Programs that were compiled by different backends or under different settings can't be linked.", "Compile all that is linked together alike.";
    OtherKind = 304, "The program is a component where a module is asked for, or the other way round.", "Use the call for components, or for modules.";
    NotInstantiated = 305, "The program can't be instantiated: an import is missing or of the wrong type, memory is short, or its start trapped.", "Have a build with the feature `messages` tell why.";
    OtherSource = 306, "The artifact can't take another's place, as it was compiled from another WebAssembly binary.", "Compile both from the same file.";
    OtherSettings = 307, "The artifact can't take another's place, as it was compiled with other settings.", "Compile both with the same.";

    Usage = 401, "The command line can't be understood.", "See `precompile-run --help`.";
    Output = 402, "Standard output can't be written to.", "See where it leads.";
    NoStart = 403, "The program is no command: it has no function `_start`.", "Call one of its functions with `--invoke`.";
    Imports = 404, "The program imports what this build of the runner doesn't offer.", "See `precompile explain`, which says who would.";
    NoFunction = 405, "The program has no such function.", "See its exports with `precompile inspect`.";
    Arguments = 406, "The arguments don't fit the function's parameters.", "See its type with `precompile inspect`.";
    NoText = 407, "The function returns a value that there is no text for.", "Call it from a program of your own.";
    Folder = 408, "A folder can't be given to the guest.", "See whether it exists, and who may read it.";
    Signal = 409, "Signals that end the process can't be waited for.", "See what the system limits.";
    Thread = 410, "A thread can't be started.", "See what the system limits.";
    StartMemory = 411, "The guest starts with more memory than `--max-memory` allows.", "Allow more, or build the module with less.";
    Wasi = 412, "WASI can't be set up.", "Have a build with the feature `messages` tell why.";
    NoCommand = 413, "The component is no command of WASI.", "Call one of its functions with `--invoke`.";
    Unsupported = 414, "This build of the runner can't do that.", "Use a build with the feature for it.";
    NoFuel = 415, "The artifact consumes no fuel that `--fuel` could limit.", "Compile it with `-W fuel`.";
    SharedMemory = 416, "`--max-memory` can't limit shared memories.", "Declare smaller maxima, or build the module without threads.";
    Timeout = 417, "The guest's time was up.", "Give it more with `--timeout`.";
    HostCall = 418, "The host ended a call of the guest's.", "Have a build with the feature `messages` tell why.";
    Measured = 419, "The guest failed while it was measured.", "Run it without `--measure` to see what it says.";
    AddressSpace = 420, "There is too little address space for the guest's memories.", "Compile the module with `-O small-memories`, or let the process have more (`ulimit -v`).";
    TrustFile = 421, "The trust file can't be read.", "See `precompile trust check`.";
    Plugin = 422, "A plugin can't be used.", "Have a build with the feature `messages` tell why.";
    NoHandler = 423, "The artifact answers no requests of HTTP.", "Build a component that exports `wasi:http/incoming-handler`.";
    Listen = 424, "The server can't listen on an address.", "Name another with `--addr`.";
}

impl Code {
    /// The code with this number, if there is one.
    pub fn of(number: u16) -> Option<Code> {
        match number {
            FIRST_TRAP..=LAST_TRAP => Some(Code::Trap((number - FIRST_TRAP) as u8)),
            _ => Code::ALL.iter().copied().find(|code| code.number() == number),
        }
    }
}

/// `E203`.
impl Display for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "E{}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_code_is_shown_as_its_number() {
        assert_eq!(Code::Target.to_string(), "E203");
        assert_eq!(Code::Trap(1).to_string(), "E501");
    }

    /// All codes but traps, which wasmtime describes.
    #[cfg(feature = "messages")]
    #[test]
    fn every_code_has_a_meaning_and_a_remedy() {
        for code in Code::ALL {
            let (meaning, remedy) = (code.meaning().unwrap(), code.remedy().unwrap());
            assert!(meaning.ends_with('.') && remedy.ends_with('.') && meaning != remedy, "{code}");
        }
        assert_eq!((Code::Trap(0).meaning(), Code::Trap(0).remedy()), (None, None));
    }

    #[test]
    fn numbers_are_distinct_and_found() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.number()));
        for pair in Code::ALL.windows(2) {
            assert_ne!(pair[0].number(), pair[1].number());
        }
        for code in Code::ALL.iter().copied().chain([Code::Trap(0), Code::Trap(255)]) {
            assert_eq!(Code::of(code.number()), Some(code));
        }
        assert_eq!((Code::of(0), Code::of(499), Code::of(756)), (None, None, None));
    }
}
