//! The properties that programs of one store have in common.

use crate::settings::{Difference, differences};
use precompile_runtime::artifact::{Backend, Contract, Manifest};

/// The properties that programs of one store have in common.
#[derive(Debug)]
pub(crate) struct Kin {
    backend: Backend,
    is_pulley: bool,
    settings: Contract,
}

impl Kin {
    pub(crate) fn of(manifest: &Manifest) -> Kin {
        let settings = manifest.settings.clone();
        Kin { backend: manifest.backend, is_pulley: manifest.is_pulley(), settings }
    }

    /// All that keeps two programs out of one store.
    pub(crate) fn unlike(&self, other: &Kin) -> Vec<Difference> {
        let mut found = Vec::new();
        if self.backend != other.backend {
            found.push(("backend".into(), [self, other].map(|kin| kin.backend.name().to_owned())));
        }
        if self.is_pulley != other.is_pulley {
            let name = |kin: &Kin| if kin.is_pulley { "pulley" } else { "machine code" };
            found.push(("target".into(), [self, other].map(|kin| name(kin).to_owned())));
        }
        found.extend(differences(&self.settings, &other.settings));
        found
    }
}
