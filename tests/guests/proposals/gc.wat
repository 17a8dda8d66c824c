;; Structures and arrays in the collected heap: more of them than it holds at once.
(module
  (type $pair (struct (field i32) (field (mut i32))))
  (type $array (array (mut i32)))
  (func $garbage (param $count i32)
    (loop
      (drop (array.new $array (i32.const 1) (i32.const 1000)))
      (br_if 0 (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "run") (result i32) (local $pair (ref null $pair)) (local $array (ref null $array))
    (local.set $pair (struct.new $pair (i32.const 30) (i32.const 0)))
    (local.set $array (array.new $array (i32.const 1) (i32.const 2)))
    (struct.set $pair 1 (local.get $pair) (i32.const 10))
    (call $garbage (i32.const 100000))
    (i32.add
      (i32.add (struct.get $pair 0 (local.get $pair)) (struct.get $pair 1 (local.get $pair)))
      (i32.mul (array.len (local.get $array)) (array.get $array (local.get $array) (i32.const 1))))))
