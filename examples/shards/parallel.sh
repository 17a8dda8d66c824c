#!/usr/bin/env bash
# parallel.sh MACHINE...: the parts of a plan by GNU parallel over ssh, one on each machine, in this folder, which all
# machines have. A part that fails is tried on another machine.
set -euo pipefail

machines="$(IFS=, && echo "$*")"
seq $# | parallel --sshlogin "$machines" --workdir "$PWD" --jobs 1 --retries 3 \
    precompile --shard "{}/$#" --target x86_64,aarch64 --out-dir artifacts modules
