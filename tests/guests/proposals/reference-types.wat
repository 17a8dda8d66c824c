;; A table of the host's references, which is empty.
(module
  (table $references 1 externref)
  (func (export "run") (result i32)
    (drop (table.grow $references (ref.null extern) (i32.const 40)))
    (i32.add (table.size $references) (ref.is_null (table.get $references (i32.const 40))))))
