;; A function is called by a reference whose type is known.
(module
  (type $number (func (param i32) (result i32)))
  (func $double (type $number) (i32.mul (local.get 0) (i32.const 2)))
  (elem declare func $double)
  (func (export "run") (result i32) (local $called (ref null $number))
    (local.set $called (ref.func $double))
    (call_ref $number (i32.const 21) (local.get $called))))
