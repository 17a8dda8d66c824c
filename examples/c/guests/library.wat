(module
  (memory (export "memory") 1)
  (func (export "double") (param $at i32) (result i32)
    (i32.store (local.get $at) (i32.mul (i32.const 2) (i32.load (local.get $at))))
    (i32.const -1)))
