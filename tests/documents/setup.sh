# shellcheck shell=sh
# The files that the documents' commands name.
set -e
mkdir bin data plugins uploads
# The other machine is this one.
printf '#!/bin/sh\nshift\nexec "$@"\n' >bin/ssh
printf '#!/bin/sh\nexit 0\n' >bin/scp
chmod +x bin/ssh bin/scp
echo input >data/input.txt
echo '<svg/>' >input.svg
cat >app.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 16)
  (data (i32.const 8) "hello\n")
  (func (export "_start") (local i32)
    (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 50000000))))
    (i32.store (i32.const 0) (i32.const 8))
    (i32.store (i32.const 4) (i32.const 6))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))
WAT
cat >math.wat <<'WAT'
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add
        (call $fib (i32.sub (local.get 0) (i32.const 1)))
        (call $fib (i32.sub (local.get 0) (i32.const 2))))))))
WAT
echo '(module (memory (export "memory") 1 4) (func (export "_start")))' >plugin.wat
# Modules as a compiler leaves them, which are binaries.
for name in app math plugin; do
    precompile -q $name.wat -o $name.cwasm
    cp $name.wat $name.wasm
done
cp plugin.wasm uploads/theirs.wasm
cp plugin.wasm plugins/one.wasm
cp math.wasm plugins/two.wasm
precompile -q -W fuel,epoch-interruption plugin.wat -o plugin.cwasm
