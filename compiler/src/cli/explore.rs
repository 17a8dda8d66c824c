//! `precompile explore INPUT --html FILE`: a page with the machine code beside the WebAssembly.

#[cfg(feature = "explore")]
mod bodies;
#[cfg(feature = "explore")]
mod data;
#[cfg(feature = "explore")]
mod disassembler;
#[cfg(feature = "explore")]
mod listing;
#[cfg_attr(not(feature = "explore"), expect(dead_code, reason = "the command line is that of every build"))]
mod opts;
#[cfg(feature = "explore")]
mod page;
#[cfg(feature = "explore")]
mod run;
#[cfg(feature = "explore")]
mod script;
#[cfg(feature = "explore")]
mod side;
#[cfg(feature = "explore")]
mod subject;
#[cfg(feature = "explore")]
mod wat;

pub(crate) use opts::Opts;

#[cfg(not(feature = "explore"))]
impl Opts {
    /// Refuses: this build has no disassembler.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        anyhow::bail!(crate::left_out::left_out("`explore`", "explore"))
    }
}
