(module
  (import "host" "divide" (func $divide (param i32 i32) (result i32 i32)))
  (func (export "swapped") (param i32 i32) (result i32 i32) (local $quotient i32) (local $rest i32)
    (call $divide (local.get 0) (local.get 1))
    (local.set $rest)
    (local.set $quotient)
    (local.get $rest)
    (local.get $quotient)))
