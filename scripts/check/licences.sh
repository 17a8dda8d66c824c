#!/usr/bin/env bash
# Checks licences, sources and duplicate versions of dependencies against deny.toml. Advisories
# are left out: their database is not in a package registry. Installs cargo-deny for the user, where it isn't there.
source "$(dirname "$0")/../lib/common.sh"

command -v cargo-deny >/dev/null || cargo install -q --locked cargo-deny
cargo deny --all-features check licenses bans sources
