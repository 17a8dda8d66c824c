//! The statement: the text that a signature of an artifact signs.

use crate::fat::{Head, Slice};
use crate::trailer::Trailer;
use alloc::string::String;
use core::fmt::{self, Display, Formatter, Write};

/// The first line of an artifact's statement: its kind and its version.
pub const HEAD: &str = "precompile-statement-v1";
/// The first line of a fat artifact's statement.
pub const FAT_HEAD: &str = "precompile-fat-statement-v1";

/// Returns true if a file begins as a statement does: signing it would sign an artifact.
pub fn is_statement(content: &[u8]) -> bool {
    [HEAD, FAT_HEAD].iter().any(|head| content.starts_with(head.as_bytes()))
}

/// The statement of an artifact: some lines of text that name it, its source, and what compiled it. A signature of an
/// artifact is one of this text, so that any tool which signs files can sign artifacts, and checking a signature needs no
/// second pass over the artifact.
///
/// It isn't stored, but made from an artifact's trailer, so that nothing in it can differ from the artifact. Each line
/// ends with a line feed:
///
/// ```text
/// precompile-statement-v1
/// artifact: blake3 HEX
/// source: blake3 HEX
/// target: x86_64-unknown-linux-gnu
/// backend: winch
/// wasmtime: 48.0.8
/// precompile: 0.1.0
/// ```
///
/// The first digest is the trailer's: it covers everything before the signatures. The second is that of the WebAssembly
/// binary. The grammar never changes under this first line.
///
/// The statement of a [fat artifact](crate::fat) names the digest of its head, which covers the digests of all slices, and
/// each slice:
///
/// ```text
/// precompile-fat-statement-v1
/// artifact: blake3 HEX
/// source: blake3 HEX
/// slice: blake3 HEX x86_64-unknown-linux-gnu winch 48
/// slice: blake3 HEX aarch64-unknown-linux-gnu cranelift 48
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    text: String,
}

impl Statement {
    /// The statement of the artifact with this trailer, whose digest must have been checked for the statement to hold.
    pub fn of(trailer: &Trailer) -> Statement {
        let manifest = &trailer.manifest;
        let mut text = String::with_capacity(320);
        text.push_str(HEAD);
        for (name, digest) in [("artifact", &trailer.digest), ("source", &manifest.source_blake3)] {
            line(&mut text, name, "blake3 ");
            write_hex(&mut text, digest);
        }
        // None of these has a line feed: the manifest's reader refuses it.
        line(&mut text, "target", &manifest.target);
        line(&mut text, "backend", manifest.backend.name());
        line(&mut text, "wasmtime", &manifest.wasmtime_version);
        line(&mut text, "precompile", &manifest.precompile_version);
        text.push('\n');
        Statement { text }
    }

    /// The statement of the fat artifact with this head.
    pub fn of_fat(head: &Head) -> Statement {
        let mut text = String::from(FAT_HEAD);
        for (name, digest) in [("artifact", &head.digest), ("source", &head.index.source_blake3)] {
            line(&mut text, name, "blake3 ");
            write_hex(&mut text, digest);
        }
        for slice in &head.index.slices {
            line(&mut text, "slice", "blake3 ");
            write_hex(&mut text, &slice.digest);
            let Slice { target, backend, wasmtime_major, .. } = slice;
            write!(text, " {target} {backend} {wasmtime_major}").expect("a string takes all that is written");
        }
        text.push('\n');
        Statement { text }
    }

    /// The text, which is ASCII.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Ends a line, and begins the next one.
fn line(text: &mut String, name: &str, value: &str) {
    for part in ["\n", name, ": ", value] {
        text.push_str(part);
    }
}

fn write_hex(text: &mut String, digest: &[u8; 32]) {
    for byte in digest {
        write!(text, "{byte:02x}").expect("a string takes all that is written");
    }
}
