;; A memory with addresses of 64 bits.
(module
  (memory i64 1)
  (func (export "run") (result i32)
    (drop (memory.grow (i64.const 1)))
    (i32.store (i64.const 65536) (i32.const 40))
    (i32.add (i32.load (i64.const 65536)) (i32.wrap_i64 (memory.size)))))
