//! Settings by name: `-W fuel,simd=n`, `-D debug-info`, `-O memory-reservation=64MiB`.
//!
//! ```
//! use precompile::{Backend, Options, Platform, settings};
//!
//! let mut options = Options::new(Backend::Cranelift, "x86_64".parse()?, Platform::Hosted)?;
//! settings::apply(&mut options, 'W', "fuel,simd=n")?;
//! assert!(options.contract.consume_fuel);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The names and the letters are those of wasmtime's command line, with two additions: its settings
//! under `-C`, and NaN canonicalisation, are also accepted under `-O`, and `-D function-names` is ours.

use crate::options::Options;
use crate::options::proposals::Proposals;
use listed::meant;
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::quantity;
use table::{Kind, SETTINGS};

mod error;
mod listed;
mod table;

pub use error::SettingError;
pub use listed::{help, names};
pub use table::boolean;

/// The levels of optimisation that may follow `-O` directly.
const LEVELS: [(&str, OptLevel); 6] = [
    ("0", OptLevel::None),
    ("1", OptLevel::Speed),
    ("2", OptLevel::Speed),
    ("3", OptLevel::Speed),
    ("s", OptLevel::SpeedAndSize),
    ("z", OptLevel::SpeedAndSize),
];

/// Applies the text that follows a letter: settings, separated by commas.
///
/// # Errors
///
/// The mistake, with a remedy.
pub fn apply(options: &mut Options, letter: char, text: &str) -> Result<(), SettingError> {
    text.split(',').try_for_each(|part| apply_one(options, letter, part))
}

fn apply_one(options: &mut Options, letter: char, text: &str) -> Result<(), SettingError> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    // As in other compilers: `-O2`.
    let level = LEVELS.iter().find(|(level, _)| letter == 'O' && *level == text);
    if let Some((_, level)) = level {
        options.opt_level = *level;
        return Ok(());
    }
    let wrong = |right| Err(SettingError::Value { letter, text: text.into(), right });
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
        let Some(proposal) = Proposals::named(name).filter(|_| letter == 'W') else {
            return Err(SettingError::Unknown { letter, name: name.into(), meant: meant(letter, name) });
        };
        match boolean(value) {
            Some(true) => options.proposals.require(proposal),
            Some(false) => options.proposals.forbid(proposal),
            None => return wrong("y or n"),
        }
        return Ok(());
    };
    if !setting.letters.contains(letter) {
        let right = &setting.letters[..1];
        return Err(SettingError::Letter { name: setting.name, right, text: text.into() });
    }
    match setting.kind {
        Kind::Bool(set) => match boolean(value) {
            Some(on) => set(options, on),
            None => return wrong("y or n"),
        },
        Kind::Bytes(set) => match quantity::bytes(value) {
            Ok(bytes) => set(options, bytes),
            Err(problem) => return Err(SettingError::Size { letter, text: text.into(), problem }),
        },
        Kind::Word(words, set) if !set(options, value) => return wrong(words),
        Kind::Word(..) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use precompile_artifact::features::WasmFeatures;
    use precompile_artifact::{Backend, Platform};

    fn options() -> Options {
        Options::new(Backend::Cranelift, "x86_64".parse().unwrap(), Platform::Hosted).unwrap()
    }

    #[test]
    fn each_mistake_has_a_message() {
        let error = |letter, text| apply(&mut options(), letter, text).unwrap_err().to_string();
        assert_eq!(error('W', "feul"), "`-W feul` is unknown: did you mean `-W fuel`? `-W help` lists all");
        assert_eq!(error('D', "simd"), "`-D simd` is unknown: did you mean `-W simd`? `-W help` lists all");
        assert_eq!(error('O', "app.wasm"), "`-O app.wasm` is unknown: `-O help` lists what there is");
        assert_eq!(error('D', "fuel"), "`fuel` stands under another letter: use `-W fuel`");
        assert_eq!(error('W', "simd=maybe"), "`-W simd=maybe`: the value is y or n");
        assert_eq!(error('O', "opt-level=3"), "`-O opt-level=3`: the value is 0, 1, 2 or s");
        assert!(error('O', "memory-reservation=lots").contains("`lots` is no size: "));
        assert_eq!(error('W', "fuel,,"), "`-W ` is unknown: `-W help` lists what there is");
    }

    #[test]
    fn several_settings_follow_one_letter() {
        let mut options = options();
        apply(&mut options, 'W', "fuel=1000,simd=n,epoch-interruption").unwrap();
        assert!(options.contract.consume_fuel && options.contract.epoch_interruption);
        assert!(options.proposals.forbidden().contains(WasmFeatures::SIMD | WasmFeatures::RELAXED_SIMD));
        apply(&mut options, 'W', "fuel=n").unwrap();
        assert!(!options.contract.consume_fuel);
    }

    /// Each setting changes the options, and is in the help text of its letters.
    #[test]
    fn every_setting_has_an_effect() {
        for setting in SETTINGS {
            let changed = |value: &str| {
                let mut options = options();
                apply(
                    &mut options,
                    setting.letters.chars().next().unwrap(),
                    &format!("{}{value}", setting.name),
                )
                .is_ok_and(|()| options != self::options())
            };
            let values = ["=y", "=n", "=1", "=0", "=single-pass", "=4096"];
            assert!(values.iter().any(|value| changed(value)), "{}", setting.name);
            for letter in setting.letters.chars() {
                assert!(help(letter).contains(setting.name), "{}", setting.name);
            }
        }
    }
}
