# Which of the programs in $NAMES stand on this machine, what they say of their version, and which of the flags in $FLAGS
# their help knows. One line a fact: tool NAME PATH, version NAME TEXT, flag NAME FLAG.
# shellcheck shell=sh disable=SC2154
PATH="${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/bin:/bin:/usr/local/mysql/bin:/usr/local/sbin:/usr/sbin:/sbin"
export PATH LC_ALL=C
# PostgreSQL's own packages keep each major in a directory of its own, newest last in this list.
more=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -t/ -k5 -V 2>/dev/null)
for name in $NAMES; do
  found=$(command -v "$name") || found=''
  case $found in /*) ;; *) found='' ;; esac
  for path in $found $(for dir in $more; do [ -x "$dir/$name" ] && printf '%s\n' "$dir/$name"; done); do
    printf 'tool %s %s\n' "$name" "$path"
    printf 'version %s %s\n' "$name" "$("$path" --version 2>/dev/null | head -n 1)"
    [ -n "$FLAGS" ] || continue
    help=$("$path" --help --verbose 2>/dev/null) || help=$("$path" --help 2>/dev/null)
    for flag in $FLAGS; do
      case $help in *"--$flag"*) printf 'flag %s %s\n' "$name" "$flag" ;; esac
    done
  done
done
