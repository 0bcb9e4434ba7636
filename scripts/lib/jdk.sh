# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the scripts here: finds a JDK 25 (or later), or installs one as root with apt. Needs packages.sh.

# Sets JDK to the home of a Java 25 or later, and JDK_VERSION; the argument javac asks for one that can compile.
# Looks at JAVA_HOME, PATH, /usr/lib/jvm and /opt, without starting any of them.
find_jdk() { # [javac]
    local tool=${1:-java} home java
    java=$(type -P java || :)
    [[ -z $java ]] || java=$(realpath -- "$java")
    for home in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* /opt/* /opt/java/*; do
        [[ -n $home && -x $home/bin/$tool && -r $home/release ]] || continue
        read_jdk_version "$home" || continue
        # shellcheck disable=SC2034 # for the script that sources this file
        JDK=$home
        return
    done
    return 1
}

read_jdk_version() { # HOME
    local key value
    while IFS='=' read -r key value; do
        case $key in
            JAVA_VERSION) [[ $value =~ ^\"([0-9]+) ]] && ((BASH_REMATCH[1] >= 25)) || return ;;
            JAVA_RUNTIME_VERSION) JDK_VERSION=${value//\"/} ;;
        esac
    done < "$1/release"
    [[ -n ${JDK_VERSION:-} ]]
}

# Debian's own package where there is one, else Temurin from the Adoptium project's apt repository.
install_jdk() { # PROGRAM
    local program=$1 name
    if ((EUID == 0)) && type -P apt-get > /dev/null; then
        printf '%s: no JDK 25 found; installing one\n' "$program" >&2
        for name in openjdk-25-jdk-headless temurin-25-jdk; do
            has_candidate "$name" && { apt_install "$name" >&2; return; }
        done
        apt-get update -q >&2 || :
        for name in openjdk-25-jdk-headless temurin-25-jdk; do
            has_candidate "$name" && { apt_install "$name" >&2; return; }
        done
        add_adoptium_repository && apt_install temurin-25-jdk >&2 && return
    fi
    cat >&2 <<TEXT
$program: no JDK 25: looked at JAVA_HOME, PATH, /usr/lib/jvm and /opt
$program: install one, as root: apt-get install openjdk-25-jdk-headless
$program: or, where Debian has none, temurin-25-jdk as https://adoptium.net/installation/linux tells
TEXT
    return 1
}

has_candidate() { # PACKAGE
    apt-cache policy "$1" 2> /dev/null | grep 'Candidate: [0-9]' > /dev/null
}

add_adoptium_repository() {
    local codename key=/usr/share/keyrings/adoptium.asc
    apt_install ca-certificates wget >&2
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    wget -q -O "$key.new" https://packages.adoptium.net/artifactory/api/gpg/key/public && mv "$key.new" "$key" || return
    printf 'deb [signed-by=%s] https://packages.adoptium.net/artifactory/deb %s main\n' "$key" "$codename" \
        > /etc/apt/sources.list.d/adoptium.list
    apt-get update -q >&2
}
