//! The settings of a project file that the command line leaves in force.

use crate::setting_args::SettingArgs;
use precompile::{Backend, Strip, settings};

/// Settings of Cranelift's optimisation, without which code does the same. Winch has none of them.
const TUNING: [&str; 3] = ["opt-level", "regalloc-algorithm", "inlining"];
/// The levels of optimisation that may follow `-O` directly.
const LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];

/// The parts of artifacts that a command line keeps, or leaves out, by `--strip` or by settings.
pub(super) struct Parts(Vec<(Strip, bool)>);

impl Parts {
    pub(super) fn of(strip: &[Vec<Strip>], settings: &SettingArgs<'_>) -> Parts {
        let stripped = strip.iter().flatten().map(|part| (*part, false));
        Parts(stripped.chain(each(settings).filter_map(|(_, setting)| part_of(setting))).collect())
    }

    /// The test that the command line does the opposite.
    fn contradict(&self, part: Strip, is_kept: bool) -> bool {
        self.0.contains(&(part, !is_kept))
    }

    /// The parts that a file strips, without those that the command line keeps.
    pub(super) fn strip(&self, mut file: Vec<Vec<Strip>>) -> Vec<Vec<Strip>> {
        file.iter_mut().for_each(|parts| parts.retain(|part| !self.contradict(*part, false)));
        file
    }

    /// The settings of a file, without those that the command line contradicts, and, for Winch, without those of
    /// Cranelift's optimisation.
    pub(super) fn settings(&self, file: &SettingArgs<'_>, backend: Option<Backend>) -> Vec<(char, String)> {
        let holds = |(letter, setting): &(char, &str)| {
            let is_lost = part_of(setting).is_some_and(|(part, is_kept)| self.contradict(part, is_kept));
            let is_unknown = backend == Some(Backend::Winch) && is_tuning(*letter, setting);
            !is_lost && !is_unknown
        };
        each(file).filter(holds).map(|(letter, setting)| (letter, setting.to_owned())).collect()
    }
}

/// Each setting with its letter.
fn each<'a>(settings: &SettingArgs<'a>) -> impl Iterator<Item = (char, &'a str)> + use<'a> {
    settings.iter().flat_map(|(letter, text)| text.split(',').map(move |setting| (letter, setting)))
}

/// The part that a setting keeps, or leaves out.
fn part_of(setting: &str) -> Option<(Strip, bool)> {
    let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
    let is_on = settings::boolean(value)?;
    match name {
        "address-map" => Some((Strip::AddressMap, is_on)),
        "symbols" => Some((Strip::Symbols, is_on)),
        // It needs symbols, which may stay without it.
        "debug-info" if is_on => Some((Strip::Symbols, true)),
        "function-names" => Some((Strip::Names, is_on)),
        "native-unwind-info" => Some((Strip::Unwind, is_on)),
        _ => None,
    }
}

fn is_tuning(letter: char, setting: &str) -> bool {
    let name = setting.split_once('=').map_or(setting, |(name, _)| name);
    TUNING.contains(&name) || letter == 'O' && LEVELS.contains(&setting)
}
