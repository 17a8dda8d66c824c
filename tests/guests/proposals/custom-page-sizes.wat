;; A memory that grows by bytes.
(module
  (memory 40 (pagesize 1))
  (func (export "run") (result i32)
    (drop (memory.grow (i32.const 2)))
    (memory.size)))
