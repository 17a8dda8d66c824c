//! Kinds of files that are often mistaken for a module or an artifact.

/// The kind of a file that is often mistaken for a module or an artifact, by its first bytes, with the remedy; `None`
/// for other files.
///
/// ```
/// use precompile_artifact::foreign;
///
/// assert_eq!(foreign(b""), Some("it is empty"));
/// assert!(foreign(b"<!doctype html>").unwrap().contains("a web page"));
/// ```
pub fn foreign(start: &[u8]) -> Option<&'static str> {
    let page = "it is a web page, such as a server sends in a file's place: fetch the file again";
    let known: [(&[u8], &str); 9] = [
        (b"\x1f\x8b", "it is compressed by gzip: unpack it first"),
        (b"\x28\xb5\x2f\xfd", "it is compressed by zstd: unpack it first"),
        (b"\xfd7zXZ\0", "it is compressed by xz: unpack it first"),
        (b"PK\x03\x04", "it is a zip archive: unpack it first"),
        (b"!<arch>\n", "it is an archive of object files: link it first"),
        (b"BC\xc0\xde", "it is LLVM's bitcode: compile and link it first"),
        (b"version https://git-lfs", "it is a pointer of Git LFS: `git lfs pull` fetches the file"),
        (b"#!", "it is a script, and no module"),
        (b"<", page),
    ];
    match start.trim_ascii_start() {
        [] if start.is_empty() => Some("it is empty"),
        trimmed => known.iter().find(|(magic, _)| trimmed.starts_with(magic)).map(|(_, words)| *words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_recognized_by_the_first_bytes() {
        for (start, words) in [
            (&b""[..], "it is empty"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\x28\xb5\x2f\xfd\0", "zstd"),
            (b"\xfd7zXZ\0\0", "xz"),
            (b"PK\x03\x04", "zip"),
            (b"!<arch>\n", "archive of object files"),
            (b"BC\xc0\xde", "bitcode"),
            (b"version https://git-lfs.github.com", "Git LFS"),
            (b"#!/bin/sh", "script"),
            (b"\r\n  <html>", "web page"),
        ] {
            assert!(foreign(start).unwrap().contains(words), "{words}");
        }
        for start in [&b"\0asm"[..], b" \n", b"version 2", b"PK"] {
            assert_eq!(foreign(start), None);
        }
    }
}
