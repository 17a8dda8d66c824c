#!/usr/bin/env bash
# licences.sh: checks licences, sources and duplicate versions of dependencies against deny.toml. Advisories are left
# out, since no package registry has their database. Installs cargo-deny for the user, where it isn't there.
source "$(dirname "$0")/../lib/common.sh"

command -v cargo-deny >/dev/null || cargo install -q --locked cargo-deny
cargo deny --all-features check licenses bans sources
