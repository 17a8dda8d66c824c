;; An exception that another function throws is caught with its value.
(module
  (tag $tag (param i32))
  (func $throw (param i32) (throw $tag (local.get 0)))
  (func (export "run") (result i32)
    (block $caught (result i32)
      (try_table (catch $tag $caught) (call $throw (i32.const 42)))
      (i32.const 0))))
