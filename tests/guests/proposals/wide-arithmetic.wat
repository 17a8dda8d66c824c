;; The upper half of a product of 128 bits.
(module
  (func (export "run") (result i64) (local $high i64)
    (i64.mul_wide_u (i64.const 0x8000000000000000) (i64.const 84))
    (local.set $high)
    drop
    (local.get $high)))
