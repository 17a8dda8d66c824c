;; Two components, composed, whose functions are asynchronous: the second calls the first through an
;; adapter, which copies a string, and does not wait for it.
;;
;; `run` answers 42: 37, and the length of the string, which the first returns at once.
(component
  (component $counter
    (core module $m
      (import "" "return" (func $return (param i32)))
      (memory (export "memory") 1)
      ;; A label is all that is ever allocated.
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
      (func (export "count") (param $label i32) (param $length i32) (result i32)
        (call $return (local.get $length))
        ;; The task has ended.
        i32.const 0)
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
    (core func $return (canon task.return (result u32)))
    (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
    (func (export "count") async (param "label" string) (result u32)
      (canon lift (core func $i "count") async
        (callback (core func $i "callback"))
        (memory (core memory $i "memory"))
        (realloc (core func $i "realloc")))))

  (component $caller
    (import "count" (func $count async (param "label" string) (result u32)))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $lowered (canon lower (func $count) async (memory (core memory $memory "memory"))))
    (core func $return (canon task.return (result u32)))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "count" (func $count (param i32 i32 i32) (result i32)))
      (import "" "return" (func $return (param i32)))
      (func (export "run") (result i32)
        ;; 2: it has returned, and its answer stands at 0.
        (if (i32.ne (call $count (i32.const 128) (i32.const 5) (i32.const 0)) (i32.const 2))
          (then unreachable))
        (call $return (i32.add (i32.const 37) (i32.load (i32.const 0))))
        i32.const 0)
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (data (i32.const 128) "count"))
    (core instance $i (instantiate $m (with "" (instance
      (export "memory" (memory $memory "memory"))
      (export "count" (func $lowered))
      (export "return" (func $return))))))
    (func (export "run") async (result u32)
      (canon lift (core func $i "run") async (callback (core func $i "callback")))))

  (instance $counter (instantiate $counter))
  (instance $caller (instantiate $caller (with "count" (func $counter "count"))))
  (export "run" (func $caller "run")))
