//! Guests that change the artifact that they run from, and tell whether their code stays the same.

/// The guests. Each acts on its artifact, which `$open` opens, by `$read`, `$write` and `$cut`, and then calls a
/// function. The function returns 1234567890, or 1234567891 once its constant is replaced; `main` tells which.
///
/// Only the function's code holds the constant: the pattern to look for is inverted in memory.
const GUEST: &str = r#"
    (table 1 funcref) (elem (i32.const 0) $victim)
    (type $answer (func (result i32)))
    (func $victim (type $answer) (i32.const 1234567890))
    (data (i32.const 8) "\2d\fd\69\b6")
    (func $patch (local $at i32) (local $end i32) (local $found i32)
        (local.set $end (i32.sub (call $read) (i32.const 4)))
        (loop $next
            (if (i32.eq (i32.load offset=65536 (local.get $at)) (i32.xor (i32.load (i32.const 8)) (i32.const -1)))
                (then
                    (i32.store (i32.const 16) (i32.sub (i32.const -1) (i32.load (i32.const 8))))
                    (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 1)))
                    (call $write (i32.const 16) (i32.const 4) (local.get $at))
                    (local.set $found (i32.const 1))))
            (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
        ;; It must have been there.
        (if (i32.eqz (local.get $found)) (then (unreachable))))
    (func $wipe (local $bytes i32)
        (local.set $bytes (call $read))
        (memory.fill (i32.const 65536) (i32.const 0) (local.get $bytes))
        (call $write (i32.const 65536) (local.get $bytes) (i32.const 0)))
    (func $main (result i32)
        (call $open)
        (call $ACTION)
        (i32.eq (call_indirect (type $answer) (i32.const 0)) (i32.xor (i32.load (i32.const 8)) (i32.const -1))))
"#;

/// The guest's calls through WASI preview 1.
const MODULE_TEXT: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_pread" (func $fd_pread (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_pwrite" (func $fd_pwrite (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $set_size (param i32 i64) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 16)
    (data (i32.const 64) "NAME")
    (func $must (param i32) (if (local.get 0) (then (unreachable))))
    (func $open
        ;; Rights to read, to write, and to set the size.
        (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const LENGTH) (i32.const 0)
                (i64.const 0x400046) (i64.const 0) (i32.const 0) (i32.const 128))
            (then (call $exit (i32.const 7)))))
    (func $read (result i32)
        (i32.store (i32.const 32) (i32.const 65536))
        (i32.store (i32.const 36) (i32.const 900000))
        (call $must (call $fd_pread (i32.load (i32.const 128)) (i32.const 32) (i32.const 1) (i64.const 0) (i32.const 40)))
        (i32.load (i32.const 40)))
    (func $write (param $from i32) (param $bytes i32) (param $at i32)
        (i32.store (i32.const 32) (local.get $from))
        (i32.store (i32.const 36) (local.get $bytes))
        (call $must (call $fd_pwrite (i32.load (i32.const 128)) (i32.const 32) (i32.const 1)
            (i64.extend_i32_u (local.get $at)) (i32.const 40))))
    (func $cut (call $must (call $set_size (i32.load (i32.const 128)) (i64.const 0))))
    GUEST
    (func (export "_start") (call $exit (i32.sub (i32.const 6) (call $main)))))"#;

/// The guest's calls through WASI 0.2.
const COMPONENT_TEXT: &str = concat!(
    r#"(component
    (import "wasi:filesystem/types@0.2.0" (instance $types
        (export "descriptor" (type $descriptor (sub resource)))
        (type $error' (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
            "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
            "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
            "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty"
            "no-such-device" "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy"
            "cross-device"))
        (export "error-code" (type $error (eq $error')))
        (type $path-flags' (flags "symlink-follow"))
        (export "path-flags" (type $path-flags (eq $path-flags')))
        (type $open-flags' (flags "create" "directory" "exclusive" "truncate"))
        (export "open-flags" (type $open-flags (eq $open-flags')))
        (type $flags' (flags "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync"
            "mutate-directory"))
        (export "descriptor-flags" (type $flags (eq $flags')))
        (export "[method]descriptor.open-at" (func (param "self" (borrow $descriptor))
            (param "path-flags" $path-flags) (param "path" string) (param "open-flags" $open-flags)
            (param "flags" $flags) (result (result (own $descriptor) (error $error)))))
        (export "[method]descriptor.read" (func (param "self" (borrow $descriptor)) (param "length" u64)
            (param "offset" u64) (result (result (tuple (list u8) bool) (error $error)))))
        (export "[method]descriptor.write" (func (param "self" (borrow $descriptor)) (param "buffer" (list u8))
            (param "offset" u64) (result (result u64 (error $error)))))
        (export "[method]descriptor.set-size" (func (param "self" (borrow $descriptor)) (param "size" u64)
            (result (result (error $error)))))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
        (alias outer 1 $descriptor (type $outer))
        (export "descriptor" (type $descriptor (eq $outer)))
        (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
"#,
    crate::memory!(48, 2000000),
    r#"
    (core func $folders (canon lower (func $preopens "get-directories") (memory $m) (realloc $realloc)))
    (core func $open (canon lower (func $types "[method]descriptor.open-at") (memory $m) (realloc $realloc)))
    (core func $read (canon lower (func $types "[method]descriptor.read") (memory $m) (realloc $realloc)))
    (core func $write (canon lower (func $types "[method]descriptor.write") (memory $m) (realloc $realloc)))
    (core func $cut (canon lower (func $types "[method]descriptor.set-size") (memory $m) (realloc $realloc)))
    (core module $guest
        (import "memory" "memory" (memory 48))
        (import "host" "folders" (func $folders (param i32)))
        (import "host" "open" (func $open_at (param i32 i32 i32 i32 i32 i32 i32)))
        (import "host" "read" (func $pread (param i32 i64 i64 i32)))
        (import "host" "write" (func $pwrite (param i32 i32 i32 i64 i32)))
        (import "host" "cut" (func $set_size (param i32 i64 i32)))
        (data (i32.const 64) "NAME")
        ;; A result's first byte is 0 where it is well.
        (func $must (if (i32.load8_u (i32.const 32)) (then (unreachable))))
        (func $open
            (call $folders (i32.const 32))
            ;; To read and to write, in the first of the folders.
            (call $open_at (i32.load (i32.load (i32.const 32))) (i32.const 0) (i32.const 64) (i32.const LENGTH)
                (i32.const 0) (i32.const 3) (i32.const 32))
            (call $must)
            (i32.store (i32.const 128) (i32.load (i32.const 36))))
        (func $read (result i32)
            (call $pread (i32.load (i32.const 128)) (i64.const 900000) (i64.const 0) (i32.const 32))
            (call $must)
            (memory.copy (i32.const 65536) (i32.load (i32.const 36)) (i32.load (i32.const 40)))
            (i32.load (i32.const 40)))
        (func $write (param $from i32) (param $bytes i32) (param $at i32)
            (call $pwrite (i32.load (i32.const 128)) (local.get $from) (local.get $bytes)
                (i64.extend_i32_u (local.get $at)) (i32.const 32))
            (call $must))
        (func $cut (call $set_size (i32.load (i32.const 128)) (i64.const 0) (i32.const 32)) (call $must))
        GUEST
        (func (export "run") (result i32) (i32.eqz (call $main))))
    (core instance $guest (instantiate $guest
        (with "memory" (instance $memory))
        (with "host" (instance
            (export "folders" (func $folders)) (export "open" (func $open)) (export "read" (func $read))
            (export "write" (func $write)) (export "cut" (func $cut))))))
    (func $run (result (result)) (canon lift (core func $guest "run")))
    (instance $command (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $command)))"#
);

/// A kind of guest.
#[derive(Clone, Copy, Debug)]
pub struct Rewriter {
    text: &'static str,
    /// The exit code where the code is unchanged.
    pub unchanged: i32,
    /// The exit code where the function is not the verified one.
    pub changed: i32,
    /// The exit code where the guest may not write to the file.
    pub refused: i32,
}

impl Rewriter {
    /// The text of a guest that takes this action on the file of this name in its first folder.
    pub fn text(&self, action: &str, name: &str) -> String {
        let text = self.text.replace("GUEST", GUEST).replace("ACTION", action).replace("NAME", name);
        text.replace("LENGTH", &name.len().to_string())
    }
}

/// A module, which gets the folder by WASI preview 1.
pub const MODULE: Rewriter = Rewriter { text: MODULE_TEXT, unchanged: 5, changed: 6, refused: 7 };
/// A component, which gets the folder by WASI 0.2.
pub const COMPONENT: Rewriter = Rewriter { text: COMPONENT_TEXT, unchanged: 0, changed: 1, refused: 134 };

/// The actions: to replace the function's constant, to overwrite the whole artifact with zeros, and to truncate it.
/// Only on some processors does machine code hold the constant in one piece.
pub const ACTIONS: &[&str] =
    if cfg!(target_arch = "x86_64") { &["patch", "wipe", "cut"] } else { &["wipe", "cut"] };
