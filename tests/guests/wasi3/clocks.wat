;; The package `wasi:clocks` of WASI 0.3, each function.
(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $monotonic
    (export "now" (func (result u64)))
    (export "get-resolution" (func (result u64)))
    (export "wait-until" (func async (param "when" u64)))
    (export "wait-for" (func async (param "how-long" u64)))))
  (import "wasi:clocks/system-clock@0.3.0" (instance $system
    (type $instant' (record (field "seconds" s64) (field "nanoseconds" u32)))
    (export "instant" (type $instant (eq $instant')))
    (export "now" (func (result $instant)))
    (export "get-resolution" (func (result u64)))))
  (alias export $system "instant" (type $instant))

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

  (core func $now (canon lower (func $monotonic "now") (memory $m) (realloc $realloc)))
  (core func $get-resolution (canon lower (func $monotonic "get-resolution") (memory $m) (realloc $realloc)))
  (core func $wait-until (canon lower (func $monotonic "wait-until") (memory $m) (realloc $realloc)))
  (core func $wait-for (canon lower (func $monotonic "wait-for") (memory $m) (realloc $realloc)))
  (core func $system-now (canon lower (func $system "now") (memory $m) (realloc $realloc)))
  (core func $system-resolution (canon lower (func $system "get-resolution") (memory $m) (realloc $realloc)))

  (core module $main
    (import "memory" "memory" (memory 1))
    (import "host" "now" (func $now (result i64)))
    (import "host" "get-resolution" (func $get-resolution (result i64)))
    (import "host" "wait-until" (func $wait-until (param i64)))
    (import "host" "wait-for" (func $wait-for (param i64)))
    (import "host" "system-now" (func $system-now (param i32)))
    (import "host" "system-resolution" (func $system-resolution (result i64)))
    ;; Each returns the time that it took.
    (func (export "wait-until") (param $time i64) (result i64) (local $start i64)
      (local.set $start (call $now))
      (call $wait-until (i64.add (local.get $start) (local.get $time)))
      (i64.sub (call $now) (local.get $start)))
    (func (export "wait-for") (param $time i64) (result i64) (local $start i64)
      (local.set $start (call $now))
      (call $wait-for (local.get $time))
      (i64.sub (call $now) (local.get $start)))
    (func (export "get-resolution") (result i64) (call $get-resolution))
    (func (export "system-now") (result i32) (call $system-now (i32.const 0)) (i32.const 0))
    (func (export "system-resolution") (result i64) (call $system-resolution)))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "now" (func $now)) (export "get-resolution" (func $get-resolution))
      (export "wait-until" (func $wait-until)) (export "wait-for" (func $wait-for))
      (export "system-now" (func $system-now)) (export "system-resolution" (func $system-resolution))))))

  (func (export "wait-until") async (param "time" u64) (result u64) (canon lift (core func $main "wait-until")))
  (func (export "wait-for") async (param "time" u64) (result u64) (canon lift (core func $main "wait-for")))
  (func (export "get-resolution") (result u64) (canon lift (core func $main "get-resolution")))
  (func (export "system-now") (result $instant) (canon lift (core func $main "system-now") (memory $m)))
  (func (export "system-resolution") (result u64) (canon lift (core func $main "system-resolution"))))
