# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by measurements: a tree for make-backup, with images of text, noise and holes under vm1, vm2, …

# make_images TREE COUNT MEBIBYTES: of each image's size a quarter is noise, a quarter text, the rest holes.
make_images() {
    local tree=$1 count=$2 mebibytes=$3 number piece
    mkdir -p "$tree"
    for ((number = 1; number <= count; number++)); do
        mkdir -p "$tree/vm$number"
        truncate -s "${mebibytes}M" "$tree/vm$number/private.img"
        for ((piece = 0; piece < mebibytes; piece += 16)); do
            head -c 4M /dev/urandom
            # perl ends at the length, where another program would be ended by a closed pipe.
            perl -e 'my $n = $ARGV[0] * 1000; my $s = ""; $s .= "line ".$n++.": what others said in ".($n % 977)."\n" while length $s < 4194304;
                print substr $s, 0, 4194304' "$((number * 1000 + piece))"
        done | perl -e 'open my $f, "+<:raw", $ARGV[0] or die; binmode STDIN;
            for (my $at = 0; read STDIN, my $b, 8388608; $at += 16777216) { seek $f, $at + 1048577, 0; print $f $b }
            close $f or die; truncate $ARGV[0], $ARGV[1] * 1048576' "$tree/vm$number/private.img" "$mebibytes"
        printf 'image %d\n' "$number" > "$tree/vm$number/notes.txt"
    done
    {
        echo '<qubes version="4.0"><labels/><properties/><domains>'
        for ((number = 1; number <= count; number++)); do
            printf '<domain id="domain-%d" class="AppVM"><properties><property name="qid">%d</property>' "$number" "$number"
            printf '<property name="name">vm%d</property></properties><features><feature name="backup-content">1</feature>' "$number"
            printf '<feature name="backup-path">vm%d/</feature></features></domain>\n' "$number"
        done
        echo '</domains></qubes>'
    } > "$tree/qubes.xml"
}
