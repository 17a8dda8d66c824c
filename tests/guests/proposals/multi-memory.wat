;; Bytes go from one memory into another.
(module
  (memory $from 1)
  (memory $to 1)
  (data (memory $from) (i32.const 0) "*")
  (func (export "run") (result i32)
    (memory.copy $to $from (i32.const 8) (i32.const 0) (i32.const 1))
    (i32.load8_u $to (i32.const 8))))
