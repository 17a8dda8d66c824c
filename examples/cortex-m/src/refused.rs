//! Artifacts that this program must not run.

use crate::guest::GUEST;
use alloc::string::ToString;
use cortex_m_semihosting::hprintln;
use precompile_runtime::wasmtime::{Result, bail, ensure};
use precompile_runtime::{OpenError, Program, Runtime};

/// An artifact for a 64-bit interpreter.
static WIDE: &[u8] = include_bytes!(env!("WIDE"));
/// An artifact with interruption by epochs, which takes 64-bit atomics.
static EPOCHS: &[u8] = include_bytes!(env!("EPOCHS"));

/// The guest's artifact, which nobody has signed.
static UNSIGNED: &[u8] = {
    #[cfg(feature = "signed")]
    {
        include_bytes!(env!("UNSIGNED"))
    }
    #[cfg(not(feature = "signed"))]
    {
        &[]
    }
};

/// The bytes of flash that these artifacts take.
pub fn bytes() -> usize {
    WIDE.len() + EPOCHS.len() + UNSIGNED.len()
}

/// Checks that each artifact is refused with its reason.
pub fn check(runtime: &Runtime) -> Result<()> {
    // SAFETY: precompile wrote the artifact.
    refused("for another machine", unsafe { runtime.open_bytes(WIDE) }, "compile with `--target pulley32`")?;
    // SAFETY: precompile wrote the artifact.
    refused("with epochs", unsafe { runtime.open_bytes(EPOCHS) }, "64-bit atomics")?;
    for at in [100, GUEST.artifact().len() / 2] {
        let mut damaged = GUEST.artifact().to_vec();
        damaged[at] ^= 1;
        // SAFETY: the damage is found before any of the artifact is used.
        refused("with a flipped bit", unsafe { runtime.open_bytes(&damaged) }, "damaged")?;
    }
    if cfg!(feature = "signed") {
        // SAFETY: precompile wrote the artifact.
        let opened = unsafe { runtime.open_bytes(UNSIGNED) };
        refused("without a signature", opened, "`signatures` is `unsigned`")?;
    }
    Ok(())
}

fn refused(name: &str, opened: Result<Program, OpenError>, words: &str) -> Result<()> {
    let Err(error) = opened else { bail!("an artifact {name} was opened") };
    let text = error.to_string();
    ensure!(text.contains(words), "an artifact {name} is refused for another reason: {text}");
    hprintln!("an artifact {}: {}", name, text);
    Ok(())
}
