//! The signatures that artifacts must have.

use crate::failure::Failure;
use precompile_runtime::Program;
use precompile_runtime::artifact::{Code, EscapedLines, Trust};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The trust file that is part of this build; empty if there is none.
const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/trust"));
/// The most bytes of a trust file, which has 1,024 keys at most.
const MOST_BYTES: u64 = 1 << 20;

/// The signatures that artifacts must have.
#[derive(Clone, Default)]
pub(crate) struct Signatures {
    /// The trust file, of `--trust`.
    pub(crate) file: Option<PathBuf>,
    /// Artifacts without a signature are run, too, of `--allow-unsigned`.
    pub(crate) allow_unsigned: bool,
}

impl Signatures {
    /// The keys that must have signed artifacts; `None` if no signature is demanded.
    pub(crate) fn trust(&self) -> Result<Option<Trust>, Failure> {
        let usage =
            |problem: &str| Failure::own(Code::Usage, || format!("{problem}; see `precompile-run --help`"));
        match &self.file {
            Some(_) if !BUILT_IN.is_empty() => Err(usage(
                "this build trusts the keys that it was built with, and no others: leave out `--trust`",
            )),
            None if !BUILT_IN.is_empty() && self.allow_unsigned => {
                Err(usage("this build runs signed artifacts only: leave out `--allow-unsigned`"))
            }
            None if !BUILT_IN.is_empty() => {
                parse(BUILT_IN, Path::new("the trust file of this build")).map(Some)
            }
            None if self.allow_unsigned => Err(usage(
                "`--allow-unsigned` is an exception of `--trust`: name the trust file, or leave it out",
            )),
            None => Ok(None),
            Some(file) => read(file).map(Some),
        }
    }

    /// Says on standard error that an artifact is run though nobody has signed it.
    pub(crate) fn warn_of_unsigned(&self, artifact: &Path, program: &Program) {
        if self.allow_unsigned && program.signers().is_empty() {
            let text =
                format!("`{}` is not signed, and runs because of `--allow-unsigned`", artifact.display());
            // If it can't be written, the user doesn't look.
            let _ = writeln!(io::stderr(), "warning: {}", EscapedLines(&text));
        }
    }
}

fn read(file: &Path) -> Result<Trust, Failure> {
    let mut text = String::new();
    let read = File::open(file).and_then(|opened| opened.take(MOST_BYTES).read_to_string(&mut text));
    read.map_err(|error| {
        Failure::own(Code::TrustFile, || format!("can't read the trust file `{}`: {error}", file.display()))
    })?;
    if text.len() as u64 == MOST_BYTES {
        let too_long = || format!("the trust file `{}` has more than 1 MiB", file.display());
        return Err(Failure::own(Code::TrustFile, too_long));
    }
    parse(&text, file)
}

fn parse(text: &str, name: &Path) -> Result<Trust, Failure> {
    Trust::parse(text)
        .map_err(|error| Failure::own(Code::TrustFile, || format!("`{}`: {error}", name.display())))
}
