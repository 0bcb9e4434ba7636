# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the scripts here: finds what is missing and installs it (as root, with apt), or says how to.

# Names the apt packages, of COMMAND=PACKAGE…, whose command is not found, one a line.
missing_packages() {
    local pair path=$PATH:/usr/sbin:/sbin
    for pair; do
        PATH=$path type -P "${pair%%=*}" > /dev/null || printf '%s\n' "${pair#*=}"
    done | sort -u
}

# install_packages PROGRAM PACKAGE…: as root with apt; for others the exact command, and status 1.
install_packages() {
    local program=$1
    shift
    (($#)) || return 0
    if ((EUID != 0)) || ! type -P apt-get > /dev/null; then
        printf '%s: missing: %s\n' "$program" "$*" >&2
        printf '%s: install with: %sapt-get install %s\n' "$program" "$( ((EUID == 0)) || echo 'sudo ')" "$*" >&2
        return 1
    fi
    printf '%s: installing %s\n' "$program" "$*" >&2
    apt_install "$@" >&2
}

apt_install() {
    local options=(-y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
    # The lists on a machine may be old or not there at all: fetched only when needed, and a failure shows in the install.
    DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" --no-install-recommends "$@" && return
    apt-get update -q || :
    DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" --no-install-recommends "$@"
}

# need PROGRAM COMMAND=PACKAGE…
need() {
    local program=$1 packages
    shift
    mapfile -t packages < <(missing_packages "$@")
    install_packages "$program" "${packages[@]}"
}
