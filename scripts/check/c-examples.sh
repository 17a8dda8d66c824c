#!/usr/bin/env bash
# c-examples.sh: installs the C library, builds the examples in C and C++, and runs each with Winch's and Cranelift's
# artifacts under valgrind, which must find planted faults first. Installs compilers, CMake, pkg-config and valgrind.
# shellcheck disable=SC2016 # What is in backticks are words of messages.
source "$(dirname "$0")/../lib/common.sh"

apt_install binutils cmake g++ gcc libc6-dbg make pkg-config valgrind
build_precompile
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
prefix="$work/prefix"
scripts/install-c.py "$prefix" >/dev/null
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
examples=examples/c

# Warnings are of the examples and of our headers; upstream's headers are the system's.
strict=(-O1 -g -Wall -Wextra -Werror -Wno-unused-parameter -D_POSIX_C_SOURCE=200809L)
mkdir "$work/include" "$work/bin" "$work/guests"
cp "$prefix"/include/precompile.h "$prefix"/include/precompile.hpp "$work/include"
library=(-I"$work/include" -isystem "$prefix/include" -L"$prefix/lib" -lprecompile_runtime -pthread)

# build SOURCE [OPTION...]: an example, from this file.
build() {
    local source="$1" name
    shift
    name="$(basename "${source%.*}")"
    case "$source" in
    *.cpp) g++ -std=c++17 "${strict[@]}" -I"$examples" -o "$work/bin/$name" "$source" "${library[@]}" "$@" ;;
    *) gcc -std=c11 "${strict[@]}" -I"$examples" -o "$work/bin/$name" "$source" "${library[@]}" "$@" ;;
    esac
}

# checked COMMAND...: under valgrind, which ends with 99 where it finds a fault or memory that is lost. What a guest reads
# out of bounds is a fault that becomes a trap.
cat >"$work/traps" <<'EOF'
{
   a trap
   Memcheck:Addr1
   obj:/memfd:artifact*
}
EOF
checked() {
    valgrind -q --error-exitcode=99 --suppressions="$work/traps" --leak-check=full \
        --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect "$@"
}

# guest NAME BACKEND [OPTION...]: compiles a guest.
guest() {
    local name="$1" backend="$2"
    shift 2
    "$precompile" -q --backend "$backend" "$@" "$examples/guests/$name.wat" -o "$work/guests/$name.$backend.cwasm"
}

# shows WORDS NAME ARGUMENT...: the example must succeed without a fault, and print these words.
shows() {
    local words="$1" name="$2" output
    shift 2
    output="$(cd "$work/guests" && checked "$work/bin/$name" "$@" 2>&1)" || { printf 'error: %s fails: %s\n' "$name" "$output" >&2; return 1; }
    grep -qF -- "$words" <<<"$output" || { printf "error: %s doesn't print \`%s\`: %s\n" "$name" "$words" "$output" >&2; return 1; }
}

for source in "$examples"/*.c "$examples"/*.cpp; do build "$source"; done
for backend in winch cranelift; do
    for name in hello memory multi_value host wasi streams linking library component wasm_h raii; do guest $name $backend; done
    guest interrupt $backend -W epoch-interruption
    guest fuel $backend -W fuel
done

# A planted leak, and a planted use of what was deleted, are found.
sed '/precompile_program_delete/d' "$examples/hello.c" >"$work/leak.c"
sed 's/precompile_program_delete(program);/&\n    wasmtime_module_delete(precompile_program_module(program));/' "$examples/hello.c" >"$work/freed.c"
build "$work/leak.c"
ends_with 99 'are definitely lost' checked "$work/bin/leak" "$work/guests/hello.winch.cwasm"
build "$work/freed.c"
ends_with 99 'Invalid read of size' checked "$work/bin/freed" "$work/guests/hello.winch.cwasm"
echo 'ok: valgrind finds a program that is never deleted, and one that is used afterwards'

# with_wasi: the examples that use it, with the artifacts of `$backend`.
with_wasi() {
    shows 'hello through WASI!' wasi "wasi.$backend.cwasm"
    shows 'it had 3 arguments' wasi "wasi.$backend.cwasm"
    echo 'from a file' >"$work/guests/input.txt"
    for words in 'its output was `bytes`' 'it could make a file: no'; do
        rm -f "$work/guests/errors.txt"
        shows "$words" streams "streams.$backend.cwasm"
        grep -qx 'no new file' "$work/guests/errors.txt" || { echo 'error: the standard error is not in its file' >&2; return 1; }
    done
    shows 'its output was `from a file' streams "streams.$backend.cwasm" input.txt
}

for backend in winch cranelift; do
    shows 'hello from the guest' hello hello.$backend.cwasm
    shows 'the guest has written: sixteen' memory memory.$backend.cwasm
    shows 'the sum of them is 55' memory memory.$backend.cwasm
    shows 'one byte more is out of bounds' memory memory.$backend.cwasm
    shows '47 is 7 and 10 times 4' multi_value multi_value.$backend.cwasm
    shows 'the guest was interrupted' interrupt interrupt.$backend.cwasm
    shows '3! = 6 took' fuel fuel.$backend.cwasm
    shows 'out of fuel, after more than ten: yes' fuel fuel.$backend.cwasm
    shows 'line 2: second' host host.$backend.cwasm
    shows 'the text is out of bounds' host host.$backend.cwasm
    with_wasi
    shows 'the library has doubled it: 42' linking linking.$backend.cwasm library.$backend.cwasm
    shows '20 and 22 are 42' component component.$backend.cwasm
    shows 'the component calls itself adder' component component.$backend.cwasm
    shows 'six times seven is 42' wasm_h wasm_h.$backend.cwasm
    shows 'compiling gives nothing' wasm_h wasm_h.$backend.cwasm
    shows 'C++ hears 42 after 2 calls' raii raii.$backend.cwasm
    shows '"field":"settings.consume_fuel"' raii raii.$backend.cwasm
    echo "ok: the examples run with $backend's artifacts, and valgrind finds nothing"
done

"$precompile" -q --fat --backend cranelift,winch $examples/guests/memory.wat -o "$work/guests/memory.fat.cwasm"
shows 'the sum of them is 55' memory memory.fat.cwasm
echo 'ok: of a fat artifact, a slice is opened'

# The same programs over the lean library.
scripts/install-c.py "$work/lean" --lean-wasi >/dev/null
cmp -s "$prefix/lib/libprecompile_runtime.so" "$work/lean/lib/libprecompile_runtime.so" && { echo 'error: the libraries are the same' >&2; exit 1; }
for backend in winch cranelift; do
    LD_LIBRARY_PATH="$work/lean/lib" with_wasi
    LD_LIBRARY_PATH="$work/lean/lib" shows '20 and 22 are 42' component component.$backend.cwasm
done
echo 'ok: WASI by precompile-wasi serves the same programs'

# Backends and settings are not mixed, whichever comes first.
for pair in 'winch cranelift' 'cranelift winch'; do
    read -r one other <<<"$pair"
    mix=(mix "memory.$one.cwasm" "memory.$other.cwasm")
    shows "the program can't be linked into the store" "${mix[@]}"
    shows "\`backend\` is \`$other\`, the store has \`$one\`: compile all that is linked together alike" "${mix[@]}"
    shows "\`backend\` is \`$other\`, the linker has \`$one\`" "${mix[@]}"
    shows "\"reasons\":[{\"code\":303,\"field\":\"backend\",\"artifact_value\":\"$other\",\"host_value\":\"$one\"" "${mix[@]}"
    shows 'the store is of an engine that is not of this runtime: make it with the one that `precompile_program_engine` returns' "${mix[@]}"
    shows 'cross-`Engine` instantiation is not currently supported' "${mix[@]}"
done
shows '`settings.consume_fuel` is `true`, the store has `false`' mix memory.cranelift.cwasm fuel.cranelift.cwasm
echo 'ok: a mix of backends or of settings is refused with what both have'

# All demands that aren't met, as text and as JSON; and wrong calls.
errors=(errors memory.cranelift.cwasm)
shows 'it does not fit this host' "${errors[@]}"
for code in 223 224 225; do shows "\"code\":$code" "${errors[@]}"; done
shows '"require_fuel":true' "${errors[@]}"
for words in "can't read \`no-such.cwasm\`" '`the artifact in memory`: ' '`path` is null' '`runtime` is null' '`program` is null' \
    '`options.policy`: `moon=full` is no demand' '`options.allow_unsigned` is an exception of `options.trust`, which is null' \
    '`options.policy` is not UTF-8' ' bytes: set it to `sizeof(precompile_options_t)`, and use the header of this library'; do
    shows "$words" "${errors[@]}"
done
echo 'ok: errors name every reason, and wrong calls are refused'

(cd "$work" && "$precompile" keygen --no-password >/dev/null && cp guests/hello.winch.cwasm guests/signed.cwasm &&
    "$precompile" sign --key precompile.key guests/signed.cwasm >/dev/null)
shows '"signers":["' trust signed.cwasm hello.winch.cwasm "$work/precompile.pub"
shows '`hello.winch.cwasm`: it does not fit this host' trust signed.cwasm hello.winch.cwasm "$work/precompile.pub"
echo 'ok: what a trusted key has signed is opened, and nothing else'

# The program of docs/c.md, as it stands there.
python3 - "$work" <<'EOF'
import pathlib, re, sys
block = re.search(r"```c\n(// host\.c\n.*?)```", pathlib.Path("docs/c.md").read_text(), re.S)[1]
pathlib.Path(sys.argv[1], "host.c").write_text(block)
EOF
echo '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))' >"$work/guests/math.wat"
(cd "$work/guests" && "$precompile" -q --backend winch math.wat)
build "$work/host.c"
shows 42 host
echo 'ok: docs/c.md: its program'

# Installed for pkg-config, for CMake, as upstream's library, and as a static one.
read -ra flags <<<"$(pkg-config --cflags --libs precompile-runtime)"
gcc -o "$work/bin/pkg" "$examples/hello.c" "${flags[@]}"
gcc -o "$work/bin/upstream" "$examples/hello.c" -I"$prefix/include" -L"$prefix/lib" -lwasmtime
read -ra static <<<"$(pkg-config --static --libs-only-l precompile-runtime)"
gcc -o "$work/bin/static" "$examples/hello.c" -I"$prefix/include" "$prefix/lib/libprecompile_runtime.a" "${static[@]:1}"
cmake -S "$examples" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build" >/dev/null
cp "$work/build/hello" "$work/bin/cmake"
for linked in pkg upstream static cmake; do
    found="$("$work/bin/$linked" "$work/guests/hello.winch.cwasm")"
    [ "$found" = 'hello from the guest' ] || { echo "error: $linked prints $found" >&2; exit 1; }
    needs="$(readelf -d "$work/bin/$linked" | grep -c 'libprecompile_runtime\.so\.0\.1' || true)"
    [ "$needs" = "$([ $linked = static ] && echo 0 || echo 1)" ] || { echo "error: $linked asks for another library" >&2; exit 1; }
done
echo 'ok: pkg-config, CMake, the name of upstream'\''s library, and the static one'
