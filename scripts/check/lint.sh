#!/usr/bin/env bash
# lint.sh: checks the scripts with shellcheck and ruff, and the beginnings of documentation in Rust, C and Python. Each
# check must find a planted fault first. Installs shellcheck and ruff, where they are missing.
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

# question_words [FILE...]: the documentation that begins with one instead of the noun it describes.
question_words() {
    awk '
        BEGIN { word = "(What|How|Who|Why|When|Where|Whether)[^[:alnum:]]" }
        FNR == 1 { before = "" }
        before !~ /^ *(\/\/[\/!]|\*)/ && $0 ~ "^ *//[/!] " word { print FILENAME ":" FNR ":" $0; found = 1 }
        before ~ /^ *\/\*\*$/ && $0 ~ "^ *\\* " word { print FILENAME ":" FNR ":" $0; found = 1 }
        $0 ~ "^ *\"\"\"" word { print FILENAME ":" FNR ":" $0; found = 1 }
        { before = $0 }
        END { exit found }' "$@"
}

for planted in '/// What it is.' $'/**\n * Whether it is.' '    """How it is."""'; do
    finds 'it is.' question_words <<<"$planted"
done
finds SC2034 shellcheck --shell bash - <<<'planted=1'
finds F821 "$ruff" check --no-cache - <<<'print(planted)'

# files PATHSPEC...: those that are in the repository, or may come into it.
files() { git ls-files -z --cached --others --exclude-standard -- "$@"; }
files '*.sh' .ci/run .ci/full | xargs -0 shellcheck
files '*.py' | xargs -0 "$ruff" check --no-cache --quiet
mapfile -d '' documented < <(files '*.rs' '*.h' '*.hpp' '*.py')
question_words "${documented[@]}"
echo "ok: shellcheck and ruff find nothing, and documentation begins with nouns"
