;; A continuation, which no backend of this build compiles.
(module
  (type $function (func (result i32)))
  (type $continuation (cont $function))
  (func $answer (type $function) (i32.const 42))
  (elem declare func $answer)
  (func (export "run") (result i32)
    (resume $continuation (cont.new $continuation (ref.func $answer)))))
