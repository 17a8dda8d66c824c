;; Two components, composed: the second calls the first through an adapter that copies the string and
;; both lists from its memory into the first's, and the answer back.
;;
;; `run` answers "count: 3 words, sum 42": the words are "one", "two" and "three", the numbers 10, 12
;; and 20. `count` is the first's own function, exported again: called with a label of at most 80
;; bytes, any words and any numbers, it answers alike. Above that it traps; so does a number of words
;; or a sum of more than two digits.
(component
  (component $counter
    (core module $m
      (memory (export "memory") 1 4)
      (global $free (mut i32) (i32.const 1024))

      ;; Bump allocation; what a call allocates, `free` gives back after it.
      (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
        (result i32)
        (local $new i32)
        ;; Nothing here grows what it has.
        (if (local.get $old) (then unreachable))
        (local.set $new
          (i32.and
            (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
        (global.set $free (i32.add (local.get $new) (local.get $size)))
        (block $fits
          (br_if $fits (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
          (br_if $fits (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
          unreachable)
        local.get $new)

      ;; Writes two digits, or one, and returns where they end.
      (func $digits (param $at i32) (param $n i32) (result i32)
        (if (i32.gt_u (local.get $n) (i32.const 99)) (then unreachable))
        (if (i32.gt_u (local.get $n) (i32.const 9))
          (then
            (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.div_u (local.get $n) (i32.const 10))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))))
        (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
        (i32.add (local.get $at) (i32.const 1)))

      ;; Copies bytes, and returns where they end.
      (func $append (param $at i32) (param $from i32) (param $length i32) (result i32)
        (memory.copy (local.get $at) (local.get $from) (local.get $length))
        (i32.add (local.get $at) (local.get $length)))

      ;; "LABEL: COUNT words, sum SUM"
      (func (export "count")
        (param $label i32) (param $label-length i32) (param $words i32) (param $count i32)
        (param $numbers i32) (param $number-count i32) (result i32)
        (local $at i32) (local $sum i32) (local $end i32)
        (if (i32.gt_u (local.get $label-length) (i32.const 80)) (then unreachable))
        (local.set $end
          (i32.add (local.get $numbers) (i32.shl (local.get $number-count) (i32.const 2))))
        (block $done
          (loop $next
            (br_if $done (i32.eq (local.get $numbers) (local.get $end)))
            (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $numbers))))
            (local.set $numbers (i32.add (local.get $numbers) (i32.const 4)))
            (br $next)))
        (local.set $at (call $append (i32.const 128) (local.get $label) (local.get $label-length)))
        (local.set $at (call $append (local.get $at) (i32.const 16) (i32.const 2)))
        (local.set $at (call $digits (local.get $at) (local.get $count)))
        (local.set $at (call $append (local.get $at) (i32.const 18) (i32.const 12)))
        (local.set $at (call $digits (local.get $at) (local.get $sum)))
        ;; The answer is a pointer to where the string starts, and its length.
        (i32.store (i32.const 0) (i32.const 128))
        (i32.store (i32.const 4) (i32.sub (local.get $at) (i32.const 128)))
        i32.const 0)
      (func (export "free") (param i32) (global.set $free (i32.const 1024)))
      (data (i32.const 16) ": ")
      (data (i32.const 18) " words, sum "))
    (core instance $i (instantiate $m))
    (func (export "count")
      (param "label" string) (param "words" (list string)) (param "numbers" (list u32)) (result string)
      (canon lift (core func $i "count")
        (memory (core memory $i "memory"))
        (realloc (core func $i "realloc"))
        (post-return (core func $i "free")))))

  (component $caller
    (import "count" (func $count
      (param "label" string) (param "words" (list string)) (param "numbers" (list u32)) (result string)))
    ;; What `count` needs stands in a module of its own, so that it can be lowered before it is
    ;; imported.
    (core module $memory
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        ;; The one thing that is ever allocated is the answer's string.
        (if (i32.gt_u (local.get 3) (i32.const 4096)) (then unreachable))
        i32.const 4096))
    (core instance $memory (instantiate $memory))
    (core func $lowered
      (canon lower (func $count)
        (memory (core memory $memory "memory"))
        (realloc (core func $memory "realloc"))))
    (core module $m
      (import "memory" "memory" (memory 1))
      (import "counter" "count" (func $count (param i32 i32 i32 i32 i32 i32 i32)))
      (func (export "run") (result i32)
        (call $count
          (i32.const 128) (i32.const 5)
          (i32.const 64) (i32.const 3)
          (i32.const 96) (i32.const 3)
          (i32.const 0))
        i32.const 0)
      ;; The words' pointers and lengths, the numbers, and the bytes of the label and the words.
      (data (i32.const 64) "\85\00\00\00\03\00\00\00\88\00\00\00\03\00\00\00\8b\00\00\00\05\00\00\00")
      (data (i32.const 96) "\0a\00\00\00\0c\00\00\00\14\00\00\00")
      (data (i32.const 128) "countonetwothree"))
    (core instance $i (instantiate $m
      (with "memory" (instance $memory))
      (with "counter" (instance (export "count" (func $lowered))))))
    (func (export "run") (result string)
      (canon lift (core func $i "run") (memory (core memory $memory "memory")))))

  (instance $counter (instantiate $counter))
  (instance $caller (instantiate $caller (with "count" (func $counter "count"))))
  (export "count" (func $counter "count"))
  (export "run" (func $caller "run")))
