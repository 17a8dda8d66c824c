;; Atomic instructions on a shared memory, and a wait that nobody ends, which answers 2.
(module
  (memory 1 1 shared)
  (func (export "run") (result i32)
    (i32.atomic.store (i32.const 0) (i32.const 39))
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (i32.add
      (i32.atomic.load (i32.const 0))
      (memory.atomic.wait32 (i32.const 0) (i32.const 40) (i64.const 1000)))))
