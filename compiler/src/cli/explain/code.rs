//! The meaning of an error's number.

use crate::message::{Format, Message, print, print_bytes};
use anyhow::Result;
use precompile::artifact::{Code, install};
use wasmtime_environ::Trap;

/// Reads `E203` or `203`.
///
/// # Errors
///
/// If there is no such code.
pub(super) fn parse(text: &str) -> Result<Code, String> {
    let digits = text.strip_prefix(['E', 'e']).unwrap_or(text);
    let code = digits.parse().ok().and_then(Code::of).filter(|code| meaning(*code).is_some());
    code.ok_or_else(|| format!("`{text}` is no code of an error: a runtime prints them as `error: E203`"))
}

/// Prints the meaning of a code, and a way out.
pub(super) fn explain(code: Code, format: Format) -> Result<()> {
    let meaning = meaning(code).unwrap_or_default();
    let way_out = code.remedy().unwrap_or(TRAP);
    match format {
        Format::Json => {
            let install = full_helps(code).then_some(install::RUNNER);
            print(&Message::Code { code: code.number(), meaning: &meaning, way_out, install })?;
        }
        Format::Human => {
            let hint = if full_helps(code) { format!("  {}\n", install::RUNNER_HINT) } else { String::new() };
            print_bytes(format!("{code}: {meaning}\n  {way_out}\n{hint}").as_bytes())?;
        }
    }
    Ok(())
}

/// The way out of any trap.
const TRAP: &str = "It is a fault of the guest's: a runtime with the feature `messages` tells where it was.";

/// Returns true if a runner's way out of an error is a cargo feature.
fn full_helps(code: Code) -> bool {
    matches!(
        code,
        Code::Fat
            | Code::Kind
            | Code::Features
            | Code::Concurrency
            | Code::Wasmtime
            | Code::NotInstantiated
            | Code::Wasi
            | Code::Unsupported
            | Code::HostCall
            | Code::Plugin
            | Code::Trap(_)
    )
}

fn meaning(code: Code) -> Option<String> {
    match code {
        Code::Trap(number) => Trap::from_u8(number).map(|trap| format!("The guest trapped: {trap}.")),
        _ => code.meaning().map(String::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each code that a runtime may report has a meaning, in both forms in which it can be written.
    #[test]
    fn every_code_has_a_meaning() {
        let traps = (0..=u8::MAX).take_while(|number| Trap::from_u8(*number).is_some());
        let traps: Vec<_> = traps.map(Code::Trap).collect();
        assert!(traps.len() > 20, "{traps:?}");
        for code in Code::ALL.iter().chain(&traps) {
            assert_eq!(parse(&code.to_string()), Ok(*code));
            assert_eq!(parse(&code.number().to_string()), Ok(*code));
            let meaning = meaning(*code).unwrap();
            assert!(meaning.len() > 20 && meaning.ends_with('.'), "{code}: {meaning}");
            let remedy = code.remedy().unwrap_or(TRAP);
            assert!(remedy.ends_with('.'), "{code}");
            assert!(full_helps(*code) || !remedy.contains("with the feature"), "{code}");
        }
        assert!(parse("E755").is_err() && parse("0").is_err() && parse("E").is_err());
    }
}
