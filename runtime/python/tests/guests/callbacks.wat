(module
  (import "host" "two" (func $two (param i32) (result i32 f64)))
  (import "host" "back" (func $back (param i32)))
  (memory (export "memory") 1)
  (func (export "two") (param i32) (result i32 f64) (call $two (local.get 0)))
  (func (export "back") (param i32) (call $back (local.get 0)))
  (func (export "half") (param i32) (result i32) (i32.div_s (i32.const 2) (local.get 0))))
