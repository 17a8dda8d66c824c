;; Does one thing with files, which its first argument names, and exits with WASI's error code:
;;   r PATH      opens a file below the first folder and prints it
;;   w PATH      creates or empties a file there, and writes `changed`
;;   m FROM TO   renames from the first folder to the second
;;   l FROM TO   makes a hard link from the first folder in the second
;;   s TO PATH   makes a symbolic link in the first folder
;;   d PATH      removes a file there
;;   R PATH      opens and reads the file very often; exits with 99 once it begins with `S`, and prints
;;               how often it was read
(module
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_link" (func $link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink" (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  ;; At 0 a buffer's place and size, at 8 how much was moved, at 12 an opened file, at 256 the arguments.
  (data (i32.const 32) "changed")
  (func $length (param $text i32) (result i32) (local $end i32)
    (local.set $end (local.get $text))
    (block (loop
      (br_if 1 (i32.eqz (i32.load8_u (local.get $end))))
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br 0)))
    (i32.sub (local.get $end) (local.get $text)))
  (func $argument (param $index i32) (result i32)
    (i32.load offset=256 (i32.shl (local.get $index) (i32.const 2))))
  (func $buffer (param $at i32) (param $bytes i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $bytes)))
  (func $check (param $error i32)
    (if (local.get $error) (then (call $exit (local.get $error)))))
  ;; Follows symbolic links.
  (func $open_at (param $path i32) (param $flags i32) (param $rights i64) (result i32)
    (call $open (i32.const 3) (i32.const 1) (local.get $path) (call $length (local.get $path))
      (local.get $flags) (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 12)))
  (func $often (param $path i32) (local $left i32) (local $found i32)
    (local.set $left (i32.const 50000))
    (loop
      (if (i32.eqz (call $open_at (local.get $path) (i32.const 0) (i64.const 2))) (then
        (call $buffer (i32.const 65536) (i32.const 16))
        (if (i32.eqz (call $read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8))) (then
          (local.set $found (i32.add (local.get $found) (i32.const 1)))
          (if (i32.eq (i32.load8_u (i32.const 65536)) (i32.const 83)) (then (call $exit (i32.const 99))))))
        (drop (call $close (i32.load (i32.const 12))))))
      (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    ;; In hexadecimal, from behind.
    (call $buffer (i32.const 65536) (i32.const 9))
    (i32.store8 (i32.const 65544) (i32.const 10))
    (local.set $left (i32.const 8))
    (loop
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (i32.store8 offset=65536 (local.get $left)
        (i32.add (i32.and (local.get $found) (i32.const 15))
          (select (i32.const 48) (i32.const 87) (i32.lt_u (i32.and (local.get $found) (i32.const 15)) (i32.const 10)))))
      (local.set $found (i32.shr_u (local.get $found) (i32.const 4)))
      (br_if 0 (local.get $left)))
    (call $check (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (local $what i32) (local $a i32) (local $b i32)
    (call $check (call $args_get (i32.const 256) (i32.const 4096)))
    (local.set $what (i32.load8_u (call $argument (i32.const 1))))
    (local.set $a (call $argument (i32.const 2)))
    (local.set $b (call $argument (i32.const 3)))
    (if (i32.eq (local.get $what) (i32.const 114)) (then ;; r
      (call $check (call $open_at (local.get $a) (i32.const 0) (i64.const 2)))
      (call $buffer (i32.const 65536) (i32.const 4096))
      (call $check (call $read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
      (call $buffer (i32.const 65536) (i32.load (i32.const 8)))
      (call $check (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
    (if (i32.eq (local.get $what) (i32.const 119)) (then ;; w
      (call $check (call $open_at (local.get $a) (i32.const 9) (i64.const 64)))
      (call $buffer (i32.const 32) (i32.const 7))
      (call $check (call $write (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))))
    (if (i32.eq (local.get $what) (i32.const 109)) (then ;; m
      (call $check (call $rename (i32.const 3) (local.get $a) (call $length (local.get $a))
        (i32.const 4) (local.get $b) (call $length (local.get $b))))))
    (if (i32.eq (local.get $what) (i32.const 108)) (then ;; l
      (call $check (call $link (i32.const 3) (i32.const 0) (local.get $a) (call $length (local.get $a))
        (i32.const 4) (local.get $b) (call $length (local.get $b))))))
    (if (i32.eq (local.get $what) (i32.const 115)) (then ;; s
      (call $check (call $symlink (local.get $a) (call $length (local.get $a))
        (i32.const 3) (local.get $b) (call $length (local.get $b))))))
    (if (i32.eq (local.get $what) (i32.const 100)) (then ;; d
      (call $check (call $unlink (i32.const 3) (local.get $a) (call $length (local.get $a))))))
    (if (i32.eq (local.get $what) (i32.const 82)) (then ;; R
      (call $often (local.get $a))))))
