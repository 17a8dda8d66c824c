//! The options of the guests of a server.

use crate::args::{Args, text};
#[cfg(any(feature = "preload", feature = "plugin"))]
use crate::component::refuse_libraries;
use crate::failure::Failure;
use crate::optional::Optional;
use precompile_runtime::artifact::Code;
use std::collections::BTreeMap;
use std::path::PathBuf;

impl Args {
    /// Refuses what a server has no use for.
    ///
    /// # Errors
    ///
    /// If there is an option or an argument that must be left out.
    pub(super) fn for_server(&self) -> Result<(), Failure> {
        let unused = [
            ("--invoke", self.invoke.is_some()),
            // A file that is replaced, or that isn't what was signed any more, would change what runs.
            ("--map", self.is_mapped),
            #[cfg(feature = "measure")]
            ("--measure", self.measure.is_some()),
            #[cfg(feature = "describe")]
            ("--check", self.is_checked),
        ];
        if let Some((option, _)) = unused.iter().find(|(_, is_used)| *is_used) {
            return Err(Failure::own(Code::Usage, || {
                format!("`serve` answers requests, and has no use for `{option}`: leave one of them out")
            }));
        }
        if let Some(first) = self.arguments.first() {
            return Err(Failure::own(Code::Usage, || {
                format!(
                    "`serve` takes one component, and `{}` follows it: list several in a file for `--sites`",
                    first.display()
                )
            }));
        }
        for (name, value) in &self.environment {
            text(name).and(text(value))?;
        }
        #[cfg(any(feature = "preload", feature = "plugin"))]
        refuse_libraries(self)?;
        Ok(())
    }

    /// The options for a component with an artifact, environment variables and interfaces of its own.
    pub(super) fn of_site(
        &self,
        artifact: PathBuf,
        environment: BTreeMap<String, String>,
        optional: Optional,
    ) -> Args {
        let own = environment.into_iter().map(|(name, value)| (name.into(), value.into()));
        Args {
            artifact,
            arguments: Vec::new(),
            #[cfg(feature = "describe")]
            is_checked: false,
            is_mapped: false,
            folders: self.folders.clone(),
            environment: self.environment.iter().cloned().chain(own).collect(),
            network: self.network.clone(),
            servers: self.servers.clone(),
            optional,
            invoke: None,
            #[cfg(feature = "profile")]
            profiler: self.profiler,
            #[cfg(feature = "measure")]
            measure: None,
            #[cfg(feature = "measure")]
            replay: None,
            #[cfg(feature = "preload")]
            preloads: Vec::new(),
            #[cfg(feature = "preload")]
            libraries: Vec::new(),
            #[cfg(feature = "plugin")]
            plugins: Vec::new(),
            #[cfg(feature = "plugin")]
            loaded_plugins: Vec::new(),
            demands: self.demands.clone(),
            limits: self.limits.for_another(),
            is_server: true,
        }
    }
}
