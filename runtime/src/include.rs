//! The macro that embeds an artifact in the program.

/// The artifact that the build script compiled under this name with `precompile::build`, as a `&'static Embedded`.
///
/// ```ignore
/// static PLUGIN: &Embedded = include_cwasm!("plugin");
/// let plugin = Runtime::new().open_embedded(PLUGIN)?;
/// ```
///
/// The compiler checks that the artifact fits: that it was compiled for the program's architecture and operating system
/// and by the runtime's version of wasmtime, and that this build of the runtime supports all features that it needs. A
/// stub, which `PRECOMPILE_SKIP` leaves, is refused when it is opened.
///
/// A build script is trusted like the program's own code, because it decides where the artifact is.
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
        // SAFETY: only the package's build script sets the variable, to a file that `precompile::build` has written. A
        // build script is trusted like the program's own code.
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

/// The alignment of [`__Aligned`].
#[doc(hidden)]
#[repr(align(16))]
#[derive(Debug)]
pub struct __Align;
