# shellcheck shell=sh
# Argument of `sh -c` on the host: reads the supervisor line by line, never ahead. One line without quotes, newlines or
# exclamation marks of the kind that csh and fish read differently.
n=$(printf "\012x"); n=${n%x}; t=; while IFS= read -r l; do case $l in "#end") eval "$t"; exit;; esac; t="$t$l$n"; done
