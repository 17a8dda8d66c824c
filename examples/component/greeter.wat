;; `greet` answers with "Hello, ", the name, and what the host says is to stand behind it.
(component
  (import "punctuation" (func $punctuation (result string)))

  (core module $memory
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    (data (i32.const 0) "Hello, ")
    ;; It only ever grows: a bump allocator.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (global.get $free))
      (global.set $free (i32.add (global.get $free) (local.get 3)))
      (local.get $at)))
  (core instance $memory (instantiate $memory))
  (core func $punctuation (canon lower (func $punctuation)
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))

  (core module $greeter
    (import "memory" "memory" (memory 1))
    (import "memory" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
    (import "host" "punctuation" (func $punctuation (param i32)))
    ;; Puts a text behind the one at 512, whose address and length stand at 256.
    (func $append (param $text i32) (param $bytes i32)
      (memory.copy (i32.add (i32.const 512) (i32.load (i32.const 260))) (local.get $text) (local.get $bytes))
      (i32.store (i32.const 260) (i32.add (i32.load (i32.const 260)) (local.get $bytes))))
    (func (export "greet") (param $name i32) (param $bytes i32) (result i32)
      (i32.store (i32.const 256) (i32.const 512))
      (i32.store (i32.const 260) (i32.const 0))
      (call $append (i32.const 0) (i32.const 7))
      (call $append (local.get $name) (local.get $bytes))
      (call $punctuation (i32.const 264))
      (call $append (i32.load (i32.const 264)) (i32.load (i32.const 268)))
      (i32.const 256)))
  (core instance $greeter (instantiate $greeter
    (with "memory" (instance $memory))
    (with "host" (instance (export "punctuation" (func $punctuation))))))

  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $greeter "greet") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))
