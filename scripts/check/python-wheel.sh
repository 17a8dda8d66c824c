#!/usr/bin/env bash
# python-wheel.sh: builds the wheel of the Python package, installs it into a fresh environment, and tests it there with
# Winch's and Cranelift's artifacts, also under valgrind; checks its types with mypy, and its structures and functions
# against the headers. Each check must find a planted fault. PRECOMPILE and PRECOMPILE_RUNTIME_LIBRARY name a command and
# a library that are there already. Installs CMake, a C compiler and valgrind, and from PyPI pytest and mypy.
# shellcheck disable=SC2016 # What is in backticks are words of messages.
source "$(dirname "$0")/../lib/common.sh"

apt_install cmake gcc libc6-dbg valgrind
python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
if [ -z "${PRECOMPILE-}" ]; then
    build_precompile
    PRECOMPILE="$(target_dir)/debug/precompile"
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Nothing of the user's settings, or of this checkout, is found by accident.
unset PYTHONPATH
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

# environment NAME PACKAGE...: a fresh environment, with these packages.
environment() {
    python3 -m venv "$work/$1"
    "$work/$1/bin/python" -m pip install -q "${@:2}"
}

# fails WORDS COMMAND...: a check with a planted fault must fail, and print these words.
fails() {
    local words="$1" printed
    shift
    if printed="$("$@" 2>&1)" || ! grep -qF -- "$words" <<<"$printed"; then
        printf 'error: a planted fault was not found: no `%s` in: %s\n' "$words" "$printed" >&2
        return 1
    fi
}

# shows WORDS COMMAND...: the command must succeed and print these words.
shows() {
    local words="$1" printed
    shift
    printed="$("$@" 2>&1)" || { printf 'error: `%s` fails: %s\n' "$*" "$printed" >&2; return 1; }
    grep -qF -- "$words" <<<"$printed" || { printf 'error: `%s` is not in: %s\n' "$words" "$printed" >&2; return 1; }
}

python3 -m pip wheel -q --no-deps -w "$work/wheels" runtime/python
wheel="$(echo "$work"/wheels/*.whl)"
case "$wheel" in
*/precompile_runtime-*-py3-none-linux_*.whl) ;;
*) echo "error: the wheel's name doesn't say for which machines it is: $wheel" >&2; exit 1 ;;
esac
# Without anything else from an index: the package has no dependencies.
environment user --no-index "$wheel"
python="$work/user/bin/python"
shows 42 "$python" -c 'import precompile_runtime; print(42)'
echo "ok: a wheel of $(stat -c %s "$wheel") bytes for any Python 3, without dependencies"

environment tests "$wheel" pytest==9.2.0 mypy==2.4.1
python="$work/tests/bin/python"
# tested FOLDER: the tests in this folder pass, with the package that is installed or stands there.
tested() { (cd "$1" && "$python" -m pytest -q --no-header -p no:cacheprovider --precompile "$PRECOMPILE" "${@:2}" tests); }
# summary COMMAND...: the last line of what a command prints; all of it where it fails.
summary() {
    local printed
    printed="$("$@" 2>&1)" || { printf '%s\n' "$printed" >&2; return 1; }
    tail -1 <<<"$printed"
}
tests="$work/runtime/python"
mkdir -p "$tests" "$work/examples/c"
cp -r runtime/python/tests "$tests"
cp -r examples/c/guests "$work/examples/c"
summary tested "$tests"

# Faults of the package that the tests find.
installed="$(echo "$work"/tests/lib/python3*/site-packages/precompile_runtime)"
plants=0
# checked TEST: these tests under valgrind. Python itself reads what it has not written. Signals take too long there.
checked() {
    (cd "$tests" && PYTHONMALLOC=malloc valgrind -q --undef-value-errors=no --error-exitcode=99 "$python" -m pytest -q \
        --no-header -p no:faulthandler -p no:cacheprovider --precompile "$PRECOMPILE" tests -k "$1")
}
summary checked 'winch and not traps and not interruption and not inherited and not closing'
# planted FILE TEXT OTHER TEST [WORDS [CHECK]]: with another text in a file of the package, this test must fail.
planted() {
    local file="$installed/$1"
    cp "$file" "$work/kept"
    "$python" - "$file" "$2" "$3" <<'EOF'
import pathlib, sys
path, text, other = pathlib.Path(sys.argv[1]), *sys.argv[2:]
content = path.read_text()
assert text in content, f"{text} is not in {path}"
path.write_text(content.replace(text, other))
EOF
    case "${6-tested}" in
    tested) fails "${5-1 failed}" tested "$tests" -k "$4" ;;
    checked) fails "$5" checked "$4" ;;
    esac
    cp "$work/kept" "$file"
    plants=$((plants + 1))
}
planted _memory.py 'offset + length > size' 'offset + length > size + 1' test_bounds 'Segmentation fault'
planted _link.py '    store.check(program)' '    pass' test_backends_are_not_mixed
planted _failure.py 'and raised is not None:' 'and False:' 'test_start_functions and winch'
planted _handle.py 'raise ClosedError(f"the {self._name} is closed")' 'return' 'test_closed and winch'
planted _wasi.py 'guest, folder.writable)' 'guest, True)' 'test_folders and winch'
planted _failure.py 'for reason in found["reasons"]' 'for reason in found["reasons"][:1]' 'test_every_reason_at_once and winch'
planted _store.py '_host_function.forget(self._host_functions)' 'pass' 'test_stores_forget and winch'
planted _store.py '    def __del__' '    def __not_called__' 'test_what_is_forgotten and winch'
planted _program.py '            lib.wasmtime_module_delete(module)' '            [lib.wasmtime_module_delete(module) for _ in "12"]' \
    'test_grow and winch' 'Invalid' checked
echo "ok: the tests find $plants planted faults"

# The types, of the package itself and as users see them.
mypy() { "$python" -m mypy --strict --no-error-summary --cache-dir "$work/mypy" "$@"; }
mypy runtime/python/src
(cd "$tests" && mypy tests)
mypy examples/python/host.py
printf 'from precompile_runtime import Runtime\nRuntime().open(1)\n' >"$work/wrong.py"
fails 'incompatible type "int"' mypy "$work/wrong.py"
echo 'ok: mypy finds nothing in the package, its tests and the example, and a planted fault'

"$python" scripts/lib/python_layout.py

for backend in winch cranelift; do
    "$PRECOMPILE" -q --backend "$backend" examples/python/guest.wat -o "$work/guest.cwasm"
    example=("$work/user/bin/python" examples/python/host.py "$work/guest.cwasm")
    for words in "compiled by $backend" 'the guest says: hello from the guest' '20 and 22 are 42' 'hello through WASI!' \
        'the sum of them is 55' 'trapped: MEMORY_OUT_OF_BOUNDS' 'refused: settings.consume_fuel is false'; do
        shows "$words" "${example[@]}"
    done
done
echo 'ok: the example runs with both backends'\'' artifacts'

# The program of docs/python.md, as it stands there.
python3 - "$work/host.py" <<'EOF'
import pathlib, re, sys
block = re.search(r"```python\n(# host\.py\n.*?)```", pathlib.Path("docs/python.md").read_text(), re.S)[1]
pathlib.Path(sys.argv[1]).write_text(block)
EOF
sed -n '/^;; guest.wat$/,/^```$/ { /^```$/!p }' docs/python.md >"$work/guest.wat"
"$PRECOMPILE" -q --backend winch "$work/guest.wat" -o "$work/guest.cwasm"
mypy "$work/host.py"
for words in 'the guest says hello' '42'; do
    shows "$words" env -C "$work" "$work/user/bin/python" host.py
done
echo 'ok: docs/python.md: its program'
