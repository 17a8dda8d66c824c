(module
  (import "host" "log" (func $log (param i64)))
  (memory (export "memory") 1 2000)
  ;; The sum of the square roots of 1 to n, each rounded down; or, for a negative n, a fault.
  (func (export "work") (param $n i64) (result i64)
    (local $i i64)
    (local $sum i64)
    (if (i64.eq (local.get $n) (i64.const -1)) (then unreachable))
    (if (i64.eq (local.get $n) (i64.const -2)) (then (return (i64.div_s (local.get $n) (i64.const 0)))))
    (if (i64.eq (local.get $n) (i64.const -3)) (then (return (i64.load (i32.const 0x7fff0000)))))
    (if (i64.eq (local.get $n) (i64.const -4)) (then (return (call $descend (local.get $n)))))
    ;; As much memory as there may be.
    (if (i64.eq (local.get $n) (i64.const -5))
      (then (return (i64.extend_i32_s (memory.grow (i32.const 1000))))))
    (block $done
      (loop $next
        (br_if $done (i64.ge_s (local.get $i) (local.get $n)))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (i64.store
          (i32.and (i32.shl (i32.wrap_i64 (local.get $i)) (i32.const 3)) (i32.const 0xfff8))
          (i64.trunc_f64_s (f64.floor (f64.sqrt (f64.convert_i64_s (local.get $i))))))
        (local.set $sum
          (i64.add
            (local.get $sum)
            (i64.load (i32.and (i32.shl (i32.wrap_i64 (local.get $i)) (i32.const 3)) (i32.const 0xfff8)))))
        (br $next)))
    (call $log (local.get $n))
    (local.get $sum))
  (func $descend (param i64) (result i64)
    (i64.add (i64.const 1) (call $descend (local.get 0)))))
