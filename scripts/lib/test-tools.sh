#!/usr/bin/env bash
# test-tools.sh: installs the programs that tests try where they are there: without one, its test says that it was not run.
source "$(dirname "$0")/common.sh"
tools=(binutils fish gdb make ninja-build openssh-client openssh-sftp-server openssl sshfs zsh)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt_install "${tools[@]}"
else
    echo "not installed, as that takes root and apt-get, but used where they are there: ${tools[*]}"
fi
