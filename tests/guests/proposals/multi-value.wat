;; A function with two results, and a block with a parameter.
(module
  (func $both (result i32 i32) (i32.const 50) (i32.const 8))
  (func (export "run") (result i32)
    (call $both)
    (block (param i32 i32) (result i32) (i32.sub))))
