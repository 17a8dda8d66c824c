(module
  (import "host" "log" (func $log (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "firstsecond")
  (func (export "run")
    (drop (call $log (i32.const 0) (i32.const 5)))
    (drop (call $log (i32.const 5) (i32.const 6))))
  (func (export "wrong") (drop (call $log (i32.const 65530) (i32.const 7)))))
