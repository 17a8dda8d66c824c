;; How many steps a number takes down to 1, if it is halved or tripled plus one; each is told.
(module
  (import "host" "step" (func $step (param i64)))
  (func (export "run") (param $n i64) (result i64) (local $steps i64)
    (loop $again
      (call $step (local.get $n))
      (if (i64.ne (local.get $n) (i64.const 1)) (then
        (local.set $n (if (result i64) (i64.eqz (i64.and (local.get $n) (i64.const 1)))
          (then (i64.shr_u (local.get $n) (i64.const 1)))
          (else (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
        (local.set $steps (i64.add (local.get $steps) (i64.const 1)))
        (br $again))))
    (local.get $steps)))
