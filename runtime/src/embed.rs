//! Artifacts that are part of the program.

mod const_string;
mod fit;

use core::fmt;
use precompile_artifact::Manifest;
use precompile_artifact::trailer::{self, ReadError};

/// An artifact that is part of the program: [`include_cwasm!`](crate::include_cwasm) makes it, and
/// [`Runtime::open_embedded`](crate::Runtime::open_embedded) opens it.
#[derive(Clone, Copy)]
pub struct Embedded {
    name: &'static str,
    artifact: &'static [u8],
}

impl Embedded {
    /// # Panics
    ///
    /// Where it can't fit this program, which is when the program is compiled.
    pub(crate) const fn new(name: &'static str, artifact: &'static [u8]) -> Embedded {
        if let Some(text) = fit::problem(name, artifact) {
            panic!("{}", text.as_str());
        }
        Embedded { name, artifact }
    }

    /// The name that it was embedded by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its bytes, which start at an address that is a multiple of 16.
    pub fn artifact(&self) -> &'static [u8] {
        self.artifact
    }

    /// What it says about itself.
    ///
    /// # Errors
    ///
    /// Where it is a stub.
    pub fn manifest(&self) -> Result<Manifest, ReadError> {
        trailer::read_unverified(self.artifact).map(|trailer| trailer.manifest)
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Embedded { name, artifact } = self;
        f.debug_struct("Embedded").field("name", name).field("artifact_bytes", &artifact.len()).finish()
    }
}

/// The artifact that the build script compiled by this name with `precompile::build`, as a
/// `&'static Embedded`.
///
/// ```ignore
/// static PLUGIN: &Embedded = include_cwasm!("plugin");
/// let plugin = Runtime::new().open_embedded(PLUGIN)?;
/// ```
///
/// The compiler checks that it fits: that it was compiled for the architecture and the operating system of
/// this program, by the wasmtime that the runtime holds, and that this build of the runtime supports all that
/// it needs. A stub, as `PRECOMPILE_SKIP` leaves it, is refused when it is opened.
///
/// A build script is trusted as the program's own code is: it says where the artifact is.
#[macro_export]
macro_rules! include_cwasm {
    ($name:literal) => {{
        static ALIGNED: &$crate::__Aligned<[u8]> = &$crate::__Aligned {
            align: [],
            bytes: *::core::include_bytes!(::core::env!(
                ::core::concat!("PRECOMPILE_ARTIFACT:", $name),
                "the build script compiles no guest by this name: see the name that it gives to `compile`"
            )),
        };
        // SAFETY: the variable is set by the package's build script alone, where `precompile::build` wrote the
        // file and said so. A build script is trusted as the program's own code is.
        static EMBEDDED: $crate::Embedded = unsafe { $crate::__embed($name, &ALIGNED.bytes) };
        &EMBEDDED
    }};
}

/// Bytes at an aligned address.
#[doc(hidden)]
#[repr(C)]
#[derive(Debug)]
pub struct __Aligned<T: ?Sized> {
    pub align: [__Align; 0],
    pub bytes: T,
}

#[doc(hidden)]
#[repr(align(16))]
#[derive(Debug)]
pub struct __Align;
