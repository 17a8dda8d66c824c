;; A segment and a run of one byte are written without a loop.
(module
  (memory 1)
  (data $text "..*..")
  (func (export "run") (result i32)
    (memory.fill (i32.const 0) (i32.const 7) (i32.const 100))
    (memory.init $text (i32.const 8) (i32.const 2) (i32.const 1))
    (data.drop $text)
    (memory.copy (i32.const 16) (i32.const 8) (i32.const 1))
    ;; The asterisk, as the byte everywhere else is 7.
    (i32.sub (i32.load8_u (i32.const 16)) (i32.sub (i32.load8_u (i32.const 99)) (i32.const 7)))))
