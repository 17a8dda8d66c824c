;; Copies its input to its output, tries to make a file in its folder, and ends with the number of the error.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\01\00\00\00\01\00\00") ;; 256 bytes at 256
  (data (i32.const 8) "\20\00\00\00\0c\00\00\00") ;; the text below
  (data (i32.const 32) "no new file\n")
  (data (i32.const 64) "new")
  (func (export "_start")
    (local $error i32)
    (block $end
      (loop $more
        (br_if $end (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
        (br_if $end (i32.eqz (i32.load (i32.const 16))))
        (i32.store (i32.const 4) (i32.load (i32.const 16)))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (i32.store (i32.const 4) (i32.const 256))
        (br $more)))
    (local.set $error
      (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3) (i32.const 1) (i64.const 64) (i64.const 0)
        (i32.const 0) (i32.const 24)))
    (if (local.get $error)
      (then (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 16)))))
    (call $exit (local.get $error))))
