;; Real work, whose results the program around it computes, too; and what goes wrong with guests.
(module
  (import "host" "print" (func $print (param $text i32) (param $length i32)))
  (memory (export "memory") 1)

  ;; The table of CRC-32 is at 0, a line of text at 1024, the bytes from 2048 on.
  (global $line i32 (i32.const 1024))
  (global $bytes i32 (i32.const 2048))

  ;; CRC-32 of as many bytes of xorshift32, eight bits at a time.
  (func $crc32 (export "crc32") (param $seed i32) (param $count i32) (result i32)
    (call $fill_table)
    (call $fill_bytes (local.get $seed) (local.get $count))
    (call $crc32_of (global.get $bytes) (local.get $count)))

  (func $fill_table
    (local $at i32) (local $value i32) (local $bit i32)
    (loop $entries
      (local.set $value (local.get $at))
      (local.set $bit (i32.const 8))
      (loop $bits
        (local.set $value
          (i32.xor
            (i32.shr_u (local.get $value) (i32.const 1))
            (i32.and (i32.const 0xedb88320) (i32.sub (i32.const 0) (i32.and (local.get $value) (i32.const 1))))))
        (br_if $bits (local.tee $bit (i32.sub (local.get $bit) (i32.const 1)))))
      (i32.store (i32.shl (local.get $at) (i32.const 2)) (local.get $value))
      (br_if $entries
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 256)))))

  (func $fill_bytes (param $state i32) (param $count i32)
    (local $at i32)
    (loop $each
      (local.set $state (i32.xor (local.get $state) (i32.shl (local.get $state) (i32.const 13))))
      (local.set $state (i32.xor (local.get $state) (i32.shr_u (local.get $state) (i32.const 17))))
      (local.set $state (i32.xor (local.get $state) (i32.shl (local.get $state) (i32.const 5))))
      (i32.store8 (i32.add (global.get $bytes) (local.get $at)) (local.get $state))
      (br_if $each
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $count)))))

  (func $crc32_of (param $at i32) (param $count i32) (result i32)
    (local $value i32) (local $end i32)
    (local.set $value (i32.const -1))
    (local.set $end (i32.add (local.get $at) (local.get $count)))
    (loop $each
      (local.set $value
        (i32.xor
          (i32.shr_u (local.get $value) (i32.const 8))
          (i32.load
            (i32.shl
              (i32.and (i32.xor (local.get $value) (i32.load8_u (local.get $at))) (i32.const 0xff))
              (i32.const 2)))))
      (br_if $each (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (i32.xor (local.get $value) (i32.const -1)))

  ;; Prints the Mandelbrot set in double precision, and returns the sum of all iterations.
  (func $mandelbrot (export "mandelbrot") (param $columns i32) (param $rows i32) (param $limit i32) (result i32)
    (local $column i32) (local $row i32) (local $iterations i32) (local $sum i32)
    (loop $lines
      (local.set $column (i32.const 0))
      (loop $points
        (local.set $iterations
          (call $escape
            ;; From -2.25 to 0.75, and from -1.25 to 1.25.
            (f64.sub
              (f64.div
                (f64.mul (f64.convert_i32_u (local.get $column)) (f64.const 3))
                (f64.convert_i32_u (local.get $columns)))
              (f64.const 2.25))
            (f64.sub
              (f64.div
                (f64.mul (f64.convert_i32_u (local.get $row)) (f64.const 2.5))
                (f64.convert_i32_u (local.get $rows)))
              (f64.const 1.25))
            (local.get $limit)))
        (local.set $sum (i32.add (local.get $sum) (local.get $iterations)))
        (i32.store8
          (i32.add (global.get $line) (local.get $column))
          (select (i32.const 35) (i32.const 46) (i32.eq (local.get $iterations) (local.get $limit))))
        (br_if $points
          (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (local.get $columns))))
      (call $print (global.get $line) (local.get $columns))
      (br_if $lines
        (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows))))
    (local.get $sum))

  ;; After how many iterations a point is outside, up to a limit.
  (func $escape (param $re f64) (param $im f64) (param $limit i32) (result i32)
    (local $x f64) (local $y f64) (local $xx f64) (local $yy f64) (local $count i32)
    (loop $again (result i32)
      (local.set $xx (f64.mul (local.get $x) (local.get $x)))
      (local.set $yy (f64.mul (local.get $y) (local.get $y)))
      (if (f64.gt (f64.add (local.get $xx) (local.get $yy)) (f64.const 4))
        (then (return (local.get $count))))
      (local.set $y
        (f64.add (f64.mul (f64.mul (f64.const 2) (local.get $x)) (local.get $y)) (local.get $im)))
      (local.set $x (f64.add (f64.sub (local.get $xx) (local.get $yy)) (local.get $re)))
      (br_if $again
        (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 1))) (local.get $limit)))
      (local.get $limit)))

  ;; What goes wrong.
  (func $divide (export "divide") (param $dividend i32) (param $divisor i32) (result i32)
    (i32.div_s (local.get $dividend) (local.get $divisor)))
  (func $load (export "load") (param $address i32) (result i32)
    (i32.load (local.get $address)))
  (func $descend (export "descend") (param $levels i32) (result i32)
    (i32.add (call $descend (i32.add (local.get $levels) (i32.const 1))) (i32.const 1)))
  (func $grow (export "grow") (param $pages i32) (result i32)
    (memory.grow (local.get $pages))))
