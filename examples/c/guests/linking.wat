(module
  (import "library" "double" (func $double (param i32) (result i32)))
  (import "library" "memory" (memory 1))
  (func (export "run") (result i32)
    (i32.store (i32.const 0) (i32.const 21))
    (call $double (i32.const 0))
    (i32.load (i32.const 0))
    (i32.and)))
