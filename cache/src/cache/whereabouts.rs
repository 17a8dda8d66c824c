//! The places of many entries, found without reading them.

use super::Cache;
use crate::key::Key;
use crate::presence::Presence;

impl Cache {
    /// Returns true if there is a shared store.
    #[cfg(feature = "remote")]
    pub fn is_shared(&self) -> bool {
        self.remote.is_some()
    }

    /// Returns false: this build knows no shared store.
    #[cfg(not(feature = "remote"))]
    pub fn is_shared(&self) -> bool {
        false
    }

    /// The place of the entry of each key. The shared store is asked for many at once, and only for those that this
    /// machine lacks. For a minute, lookups don't ask it again for what it lacked.
    ///
    /// This is no use of an entry, and tells nothing of what is in it: a lookup may still refuse it, or find it gone. A
    /// store that fails has nothing, with a warning.
    pub fn presence(&self, keys: &[Key]) -> Vec<Presence> {
        let is_readable = self.is_readable() && self.store.is_there();
        let is_local = |key: &Key| is_readable && self.store.layout.record(key.digest()).exists();
        let place = |key: &Key| if is_local(key) { Presence::Local } else { Presence::Absent };
        let mut places = keys.iter().map(place).collect::<Vec<_>>();
        self.ask_shared(keys, &mut places);
        places
    }

    #[cfg(not(feature = "remote"))]
    fn ask_shared(&self, _: &[Key], _: &mut [Presence]) {}

    /// Asks the shared store for the entries that are absent so far.
    #[cfg(feature = "remote")]
    fn ask_shared(&self, keys: &[Key], places: &mut [Presence]) {
        let Some(remote) = &self.remote else { return };
        let asked = std::time::Instant::now();
        let absent: Vec<_> = (0..keys.len()).filter(|at| places[*at] == Presence::Absent).collect();
        let names = absent.iter().map(|at| crate::object::name(keys[*at].shared())).collect();
        match remote.exist(names) {
            Ok(exist) => {
                let (there, lacking): (Vec<_>, Vec<_>) =
                    absent.into_iter().zip(exist).partition(|(_, exists)| *exists);
                there.into_iter().for_each(|(at, _)| places[at] = Presence::Shared);
                self.absent.learn(asked, lacking.into_iter().map(|(at, _)| keys[at].shared()).collect());
            }
            Err(error) => self.warn(error.to_string()),
        }
    }
}
