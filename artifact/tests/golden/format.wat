;; Compiled with `precompile --backend winch --target x86_64-unknown-none --cpu x86-64-v2` by
;; version 0.1.0 into format-1.cwasm and format-2.cwasm, which every later version reads.
(module
  (import "host" "log" (func (param i32)))
  (memory (export "memory") 1 2)
  (func (export "answer") (result i32) i32.const 42))
