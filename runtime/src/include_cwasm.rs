//! The macro that makes an artifact part of the program.

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
