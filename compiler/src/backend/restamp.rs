//! The engine section of an artifact: read, compared with the request, and restamped.
//!
//! Wasmtime writes the settings of a compilation into `.wasmtime.engine`, and compares them when it
//! loads the code. A runtime without a compiler refuses Winch's code, because it can't choose one of
//! these settings, `winch_callable`. Nothing else reads this setting at run time, so it is set to the
//! value that such a runtime expects. The setting kept code of two calling conventions out of one
//! store; [`Backend::mark_bytes`] does so instead.

use crate::backend::check_stamp;
use crate::backend::stamp::{Stamp, StampError};
use crate::options::Options;
use precompile_artifact::Backend;
use wasmparser::WasmFeatures;

/// Compares an image's stamp with the request, and makes the image loadable without a compiler.
///
/// # Errors
///
/// A stamp that `options` and `features` don't call for, or that can't be changed in one byte alone.
pub(crate) fn restamp(image: &mut [u8], options: &Options, features: WasmFeatures) -> Result<(), StampError> {
    let range = Stamp::range(image)?;
    let stamp = Stamp::decode(&image[range.clone()])?;
    check_stamp::check(&stamp, options, features)?;
    let restamped = match options.backend {
        Backend::Cranelift => return Ok(()),
        Backend::Winch => restamped(&image[range.clone()], stamp)?,
    };
    image[range].copy_from_slice(&restamped);
    Ok(())
}

/// The stamp with `winch_callable` off: as long as before, with one byte different, and decoding to
/// exactly the intended values.
fn restamped(before: &[u8], mut stamp: Stamp<'_>) -> Result<Vec<u8>, StampError> {
    if stamp.encode()? != before {
        return Err(StampError("the stamp doesn't encode to the bytes it was decoded from".into()));
    }
    stamp.tunables.winch_callable = false;
    let after = stamp.encode()?;
    if after.len() != before.len() {
        return Err(StampError(format!("restamping changes {} bytes to {}", before.len(), after.len())));
    }
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    if changed != 1 {
        return Err(StampError(format!("restamping changes {changed} bytes, not one")));
    }
    // `Tunables` can't be compared, but it can be printed in full.
    if format!("{:?}", Stamp::decode(&after)?) != format!("{stamp:?}") {
        return Err(StampError("the new stamp doesn't decode to what was meant".into()));
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::config;
    use crate::backend::features;
    use crate::version::WASMTIME_MAJOR;
    use precompile_artifact::Platform;

    /// The image of an empty module, before it is restamped.
    fn compiled(backend: Backend) -> (Options, WasmFeatures, Vec<u8>) {
        let options = Options::new(backend, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
        let stamped = features::stamped(WasmFeatures::FLOATS, &options).unwrap();
        let engine = wasmtime::Engine::new(&config::config(&options, stamped).unwrap()).unwrap();
        let image = engine.precompile_module(b"\0asm\x01\0\0\0").unwrap();
        (options, stamped, image)
    }

    fn differences(a: &[u8], b: &[u8]) -> usize {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).filter(|(a, b)| a != b).count()
    }

    #[test]
    fn one_byte_changes_and_only_for_winch() {
        for (backend, expected) in [(Backend::Cranelift, 0), (Backend::Winch, 1)] {
            let (options, features, image) = compiled(backend);
            let mut restamped = image.clone();
            restamp(&mut restamped, &options, features).unwrap();
            assert_eq!(differences(&image, &restamped), expected);
            let stamp = Stamp::decode(&restamped[Stamp::range(&restamped).unwrap()]).unwrap();
            assert!(!stamp.tunables.winch_callable);
            assert_eq!(stamp.tunables.gc_heap_initial_size, backend.mark_bytes());
        }
    }

    /// Each check finds the fault that it is meant for.
    #[test]
    fn unexpected_stamps_are_refused() {
        let (options, features, image) = compiled(Backend::Winch);
        let range = Stamp::range(&image).unwrap();
        let stamp = image[range.clone()].to_vec();
        let error = |result: Result<(), StampError>| result.unwrap_err().to_string();

        let longer = [stamp.as_slice(), b"x"].concat();
        assert!(error(Stamp::decode(&longer).map(drop)).contains("1 bytes are left"));
        assert!(error(Stamp::decode(&stamp[..stamp.len() - 1]).map(drop)).contains("doesn't decode"));

        // The same stamp in other bytes: a number that is longer than it needs to be.
        let padded = [&[stamp[0] | 0x80, 0], &stamp[1..]].concat();
        let padded = restamped(&padded, Stamp::decode(&padded).unwrap());
        assert!(error(padded.map(drop)).contains("doesn't encode to the bytes"));

        // A stamp that was already changed has nothing left to change.
        let mut twice = image.clone();
        restamp(&mut twice, &options, features).unwrap();
        assert!(error(restamp(&mut twice, &options, features)).contains("`winch_callable`"));
        let done = &twice[range.clone()];
        assert!(error(restamped(done, Stamp::decode(done).unwrap()).map(drop)).contains("changes 0 bytes"));

        let mut other_major = image.clone();
        other_major[range.start - 1] = b'x';
        assert!(
            error(restamp(&mut other_major, &options, features))
                .contains(&format!("not wasmtime {WASMTIME_MAJOR}'s"))
        );
        assert!(restamp(&mut b"\x7fELF".to_vec(), &options, features).is_err());

        // A setting that wasn't requested.
        let mut asked = options.clone();
        asked.contract.consume_fuel = true;
        assert!(error(restamp(&mut image.clone(), &asked, features)).contains("`consume_fuel`"));
        let more = features | WasmFeatures::THREADS;
        assert!(error(restamp(&mut image.clone(), &options, more)).contains("`features`"));
    }
}
