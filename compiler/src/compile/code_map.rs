//! The map from an artifact's machine code to its module.

use crate::backend::stamp::section_range;
use crate::compile::Compiler;
use crate::compile::error::CompileError;
use crate::compile::of_artifact::OfArtifactError;
use crate::options::Options;
use object::elf::SHT_SYMTAB;
use object::endian::Endianness;
use object::read::elf::{FileHeader, Sym};
use precompile_artifact::trailer::{self, ReadError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use thiserror::Error;
use wasmtime_environ::{lookup_file_pos, lookup_trap_code, obj};

/// The section with the machine code.
const TEXT: &str = ".text";

/// The map from an artifact's machine code to its module. Offsets count from the start of each file.
#[derive(Debug)]
pub struct CodeMap<'a> {
    code: Range<usize>,
    /// Wasmtime's table of addresses.
    addresses: Cow<'a, [u8]>,
    /// Wasmtime's table of the instructions that trap.
    traps: &'a [u8],
    /// The functions' offsets in the code, by their symbols.
    symbols: HashMap<&'a [u8], u64>,
}

/// The reason why there is no map.
#[derive(Debug, Error)]
pub enum CodeMapError {
    /// The bytes are no artifact, or a damaged one.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The artifact doesn't tell its options.
    #[error(transparent)]
    Options(#[from] OfArtifactError),
    /// The module, which is compiled again for its addresses, can't be.
    #[error(transparent)]
    Compile(#[from] Box<CompileError>),
    /// The artifact lacks addresses, and the module makes other code here.
    #[error(
        "its addresses were stripped, and this precompile makes other code of its module: use version {precompile}, \
         with wasmtime {wasmtime}, and the settings that it was compiled with"
    )]
    OtherCode {
        /// The version that made it.
        precompile: String,
        /// Its version of wasmtime.
        wasmtime: String,
    },
    /// The artifact has no code.
    #[error("it has no code")]
    NoCode,
}

impl<'a> CodeMap<'a> {
    /// The map of an artifact that was made of this module. If its addresses were stripped, the module is compiled again,
    /// to the same code.
    ///
    /// # Errors
    ///
    /// Any [`CodeMapError`].
    pub fn new(artifact: &'a [u8], module: &[u8]) -> Result<CodeMap<'a>, CodeMapError> {
        let manifest = trailer::read(artifact)?.manifest;
        let (code, addresses) = parts(artifact).ok_or(CodeMapError::NoCode)?;
        let traps = section(artifact, obj::ELF_WASMTIME_TRAPS);
        let symbols = symbols(artifact).unwrap_or_default();
        if manifest.settings.generate_address_map {
            return Ok(CodeMap { code, addresses: Cow::Borrowed(addresses), traps, symbols });
        }
        let mut options = Options::of_artifact(artifact)?;
        options.contract.generate_address_map = true;
        let compiled = Compiler::default().compile(&options, module).map_err(Box::new)?.artifact;
        match parts(&compiled) {
            Some((again, addresses)) if compiled[again.clone()] == artifact[code.clone()] => {
                Ok(CodeMap { code, addresses: Cow::Owned(addresses.to_vec()), traps, symbols })
            }
            _ => Err(CodeMapError::OtherCode {
                precompile: manifest.precompile_version,
                wasmtime: manifest.wasmtime_version,
            }),
        }
    }

    /// The offset in the module of the instruction at an offset in the artifact; `None` if there is none.
    pub fn module_offset(&self, offset: u64) -> Option<usize> {
        let offset = usize::try_from(offset).ok().filter(|offset| self.code.contains(offset))?;
        let position = lookup_file_pos(&self.addresses, offset - self.code.start)?;
        usize::try_from(position.file_offset()?).ok()
    }

    /// Returns true if the instruction at an offset in the artifact may trap.
    pub fn is_trap(&self, offset: u64) -> bool {
        let offset = usize::try_from(offset).ok().and_then(|offset| offset.checked_sub(self.code.start));
        offset.is_some_and(|offset| lookup_trap_code(self.traps, offset).is_some())
    }

    /// The offset in the artifact of a function, by its symbol.
    pub fn symbol(&self, name: &str) -> Option<u64> {
        self.symbols.get(name.as_bytes())?.checked_add(self.code.start as u64)
    }
}

/// The range of an artifact's code, and its table of addresses, which may be empty.
fn parts(artifact: &[u8]) -> Option<(Range<usize>, &[u8])> {
    let code = section_range(artifact, TEXT).ok()??;
    artifact.get(code.clone())?;
    Some((code, section(artifact, obj::ELF_WASMTIME_ADDRMAP)))
}

/// A section's content; empty if there is none.
fn section<'a>(artifact: &'a [u8], name: &str) -> &'a [u8] {
    let range = section_range(artifact, name).ok().flatten();
    range.and_then(|range| artifact.get(range)).unwrap_or_default()
}

/// The functions' offsets in the code, by their symbols.
fn symbols(artifact: &[u8]) -> Option<HashMap<&[u8], u64>> {
    let header = object::elf::FileHeader64::<Endianness>::parse(artifact).ok()?;
    let endian = header.endian().ok()?;
    let sections = header.sections(endian, artifact).ok()?;
    let table = sections.symbols(endian, artifact, SHT_SYMTAB).ok()?;
    let named = table
        .iter()
        .filter_map(|symbol| Some((symbol.name(endian, table.strings()).ok()?, symbol.st_value(endian))));
    Some(named.collect())
}

#[cfg(all(test, feature = "cranelift", feature = "winch"))]
mod tests {
    use super::*;
    use crate::module::traced::TracedModule;
    use crate::options::target::Target;
    use precompile_artifact::Backend;

    const NESTED: &[u8] = include_bytes!("../../../tests/guests/nested.wasm");

    /// A stripped artifact has the same code, and the map tells the same of each of its bytes.
    #[test]
    fn a_stripped_artifact_has_its_addresses() {
        let component = wat::parse_str(
            "(component (core module (func (export \"f\") nop)) (core module (func unreachable)))",
        );
        let component = component.unwrap();
        for backend in [Backend::Cranelift, Backend::Winch] {
            for target in ["x86_64", "aarch64", "riscv64", "s390x", "pulley64", "x86_64-windows"] {
                let target: Target = target.parse().unwrap();
                let platform = target.default_platform(backend);
                let Ok(whole) = Options::new(backend, target.clone(), platform) else { continue };
                for module in [NESTED, &component] {
                    let mut stripped = whole.clone();
                    stripped.contract.generate_address_map = false;
                    stripped.contract.debug_symbols = false;
                    stripped.function_names = false;
                    stripped.native_unwind_info = platform_needs_unwinding(&target);
                    let of =
                        |options: &Options| Compiler::default().compile(options, module).unwrap().artifact;
                    let of_stripped = of(&stripped);
                    let map = CodeMap::new(&of_stripped, module).unwrap();
                    stripped.contract.generate_address_map = true;
                    stripped.function_names = true;
                    stripped.contract.debug_symbols = true;
                    let of_whole = of(&stripped);
                    let expected = CodeMap::new(&of_whole, module).unwrap();
                    let offsets = |map: &CodeMap<'_>| -> Vec<_> {
                        map.code.clone().map(|offset| map.module_offset(offset as u64)).collect()
                    };
                    assert_eq!(offsets(&map), offsets(&expected), "{backend} {target}");
                    assert!(offsets(&map).iter().any(Option::is_some), "{backend} {target}");
                    let functions = |map: &CodeMap<'_>| {
                        map.symbols.keys().filter(|name| name.starts_with(b"wasm[0]::function[")).count()
                    };
                    assert!(functions(&map) == 0 && functions(&expected) > 0, "{backend} {target}");
                }
            }
        }
    }

    fn platform_needs_unwinding(target: &Target) -> bool {
        target.to_string().contains("windows")
    }

    /// The code of a function leads to its lines, by its symbol.
    #[test]
    fn code_has_lines() {
        let target = Target::host().unwrap();
        let platform = target.default_platform(Backend::Cranelift);
        let options = Options::new(Backend::Cranelift, target, platform).unwrap();
        let artifact = Compiler::default().compile(&options, NESTED).unwrap().artifact;
        let map = CodeMap::new(&artifact, NESTED).unwrap();
        let modules = TracedModule::read(NESTED).unwrap();
        let start = map.symbol("wasm[0]::function[0]::nested::share::he4345f2090ff690c");
        let start = start.unwrap_or_else(|| panic!("{:?}", map.symbols.keys()));
        let lines = (start..start + 16).filter_map(|offset| map.module_offset(offset));
        let lines: Vec<_> = lines.filter_map(|offset| modules[0].frames(offset).first()?.line).collect();
        assert!(lines.iter().any(|line| (15..30).contains(line)), "{lines:?}");
        assert_eq!(map.symbol("nothing"), None);
        assert_eq!(map.module_offset(0), None);
        assert_eq!(map.module_offset(u64::MAX), None);
    }

    #[test]
    fn another_module_makes_other_code() {
        let target = Target::host().unwrap();
        let platform = target.default_platform(Backend::Cranelift);
        let mut options = Options::new(Backend::Cranelift, target, platform).unwrap();
        options.contract.generate_address_map = false;
        let artifact = Compiler::default().compile(&options, NESTED).unwrap().artifact;
        let refused = CodeMap::new(&artifact, b"(module (func (export \"f\") unreachable))").unwrap_err();
        assert!(refused.to_string().starts_with("its addresses were stripped"), "{refused}");
        assert!(matches!(CodeMap::new(b"", NESTED), Err(CodeMapError::Read(_))));
    }
}
