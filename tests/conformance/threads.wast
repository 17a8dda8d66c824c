;;! threads = true
;; Two threads that share a memory, as scripts of the threads proposal have them: one waits, the other wakes it.
(module $Shared (memory (export "shared") 1 1 shared))
(thread $Waits (shared (module $Shared))
  (register "memory" $Shared)
  (module
    (memory (import "memory" "shared") 1 1 shared)
    (func (export "wait") (result i32)
      (i32.atomic.store (i32.const 4) (i32.const 1))
      (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
  ;; It is woken, or comes too late to sleep.
  (assert_return (invoke "wait") (either (i32.const 0) (i32.const 1))))
(thread $Wakes (shared (module $Shared))
  (register "memory" $Shared)
  (module
    (memory (import "memory" "shared") 1 1 shared)
    (func (export "wake") (result i32)
      (loop (br_if 0 (i32.eqz (i32.atomic.load (i32.const 4)))))
      (i32.atomic.store (i32.const 0) (i32.const 7))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (i32.atomic.load (i32.const 0))))
  (assert_return (invoke "wake") (i32.const 7)))
(wait $Waits)
(wait $Wakes)
(register "memory" $Shared)
(module
  (memory (import "memory" "shared") 1 1 shared)
  (func (export "read") (result i32) (i32.atomic.load (i32.const 0))))
(assert_return (invoke "read") (i32.const 7))
