;; The package `wasi:random` of WASI 0.3, each function.
(component
  (import "wasi:random/random@0.3.0" (instance $random
    (export "get-random-bytes" (func (param "max-len" u64) (result (list u8))))
    (export "get-random-u64" (func (result u64)))))
  (import "wasi:random/insecure@0.3.0" (instance $insecure
    (export "get-insecure-random-bytes" (func (param "max-len" u64) (result (list u8))))
    (export "get-insecure-random-u64" (func (result u64)))))
  (import "wasi:random/insecure-seed@0.3.0" (instance $seed
    (export "get-insecure-seed" (func (result (tuple u64 u64))))))

  (core module $memory
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 4096))
    ;; It only ever grows: a bump allocator.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $free (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
      (global.set $free (i32.add (global.get $free) (local.get 3)))
      (i32.sub (global.get $free) (local.get 3))))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $m))
  (alias core export $memory "realloc" (core func $realloc))

  (core func $get-random-bytes (canon lower (func $random "get-random-bytes") (memory $m) (realloc $realloc)))
  (core func $get-random-u64 (canon lower (func $random "get-random-u64") (memory $m) (realloc $realloc)))
  (core func $get-insecure-random-bytes
    (canon lower (func $insecure "get-insecure-random-bytes") (memory $m) (realloc $realloc)))
  (core func $get-insecure-random-u64
    (canon lower (func $insecure "get-insecure-random-u64") (memory $m) (realloc $realloc)))
  (core func $get-insecure-seed (canon lower (func $seed "get-insecure-seed") (memory $m) (realloc $realloc)))

  (core module $main
    (import "memory" "memory" (memory 1))
    (import "host" "get-random-bytes" (func $get-random-bytes (param i64 i32)))
    (import "host" "get-random-u64" (func $get-random-u64 (result i64)))
    (import "host" "get-insecure-random-bytes" (func $get-insecure-random-bytes (param i64 i32)))
    (import "host" "get-insecure-random-u64" (func $get-insecure-random-u64 (result i64)))
    (import "host" "get-insecure-seed" (func $get-insecure-seed (param i32)))
    (func (export "get-random-bytes") (param i64) (result i32)
      (call $get-random-bytes (local.get 0) (i32.const 0)) (i32.const 0))
    (func (export "get-random-u64") (result i64) (call $get-random-u64))
    (func (export "get-insecure-random-bytes") (param i64) (result i32)
      (call $get-insecure-random-bytes (local.get 0) (i32.const 0)) (i32.const 0))
    (func (export "get-insecure-random-u64") (result i64) (call $get-insecure-random-u64))
    (func (export "get-insecure-seed") (result i32) (call $get-insecure-seed (i32.const 0)) (i32.const 0)))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "get-random-bytes" (func $get-random-bytes)) (export "get-random-u64" (func $get-random-u64))
      (export "get-insecure-random-bytes" (func $get-insecure-random-bytes))
      (export "get-insecure-random-u64" (func $get-insecure-random-u64))
      (export "get-insecure-seed" (func $get-insecure-seed))))))

  (func (export "get-random-bytes") (param "max-len" u64) (result (list u8))
    (canon lift (core func $main "get-random-bytes") (memory $m)))
  (func (export "get-random-u64") (result u64) (canon lift (core func $main "get-random-u64")))
  (func (export "get-insecure-random-bytes") (param "max-len" u64) (result (list u8))
    (canon lift (core func $main "get-insecure-random-bytes") (memory $m)))
  (func (export "get-insecure-random-u64") (result u64) (canon lift (core func $main "get-insecure-random-u64")))
  (func (export "get-insecure-seed") (result (tuple u64 u64))
    (canon lift (core func $main "get-insecure-seed") (memory $m))))
