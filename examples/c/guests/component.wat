(component
  (core module $module
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\05\00\00\00adder")
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "name") (result i32) (i32.const 0)))
  (core instance $instance (instantiate $module))
  (alias core export $instance "memory" (core memory $memory))
  (func (export "add") (param "one" s32) (param "other" s32) (result s32)
    (canon lift (core func $instance "add")))
  (func (export "name") (result string)
    (canon lift (core func $instance "name") (memory $memory))))
