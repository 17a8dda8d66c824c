#!/usr/bin/env bash
# lint.sh: checks the scripts with shellcheck and ruff, each of which must find a planted fault first. Installs both,
# where they are missing.
source "$(dirname "$0")/../lib/common.sh"

command -v shellcheck >/dev/null || apt_install shellcheck
version=0.17.6
ruff="$cache/ruff-$version/bin/ruff"
python3 -m pip --version >/dev/null 2>&1 || apt_install python3-pip
[ -x "$ruff" ] || PIP_ROOT_USER_ACTION=ignore python3 -m pip install -q --target "$cache/ruff-$version" "ruff==$version"

# finds RULE COMMAND...: the command must fail, by this rule.
finds() {
    local rule="$1" code=0 found
    shift
    found="$("$@" 2>&1)" || code=$?
    if [ "$code" != 1 ] || ! grep -qF -- "$rule" <<<"$found"; then
        printf 'error: %s ended with %d, and did not find a planted fault: %s\n' "$1" "$code" "$found" >&2
        return 1
    fi
}

finds SC2034 shellcheck --shell bash - <<<'planted=1'
finds F821 "$ruff" check --no-cache - <<<'print(planted)'

# files PATHSPEC...: those that are in the repository, or may come into it.
files() { git ls-files -z --cached --others --exclude-standard -- "$@"; }
files '*.sh' .ci/run .ci/full | xargs -0 shellcheck
files '*.py' | xargs -0 "$ruff" check --no-cache --quiet
echo "ok: shellcheck and ruff find nothing"
