;; The n-th Fibonacci number; those before it are told.
(module
  (import "host" "step" (func $step (param i64)))
  (func (export "run") (param $n i64) (result i64) (local $a i64) (local $b i64) (local $next i64)
    (local.set $b (i64.const 1))
    (loop $again
      (if (i64.ne (local.get $n) (i64.const 0)) (then
        (call $step (local.get $a))
        (local.set $next (i64.add (local.get $a) (local.get $b)))
        (local.set $a (local.get $b))
        (local.set $b (local.get $next))
        (local.set $n (i64.sub (local.get $n) (i64.const 1)))
        (br $again))))
    (local.get $a)))
