# Makes a consistent copy of the SQLite file $2 with the program $1 into the private directory of $3, and proves it.
# On stderr, one line a table of the copy: ops-rows HEXNAME ROWS.
# shellcheck shell=sh
umask 077
dir=${3%/*}
need=$(wc -c <"$2") || exit 66
room=$(df -Pk "$dir" 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -n "$room" ] && [ $((need / 1024)) -ge "$room" ]; then
  echo "no room: the copy of $2 needs $((need / 1048576)) MiB in $dir, which has $((room / 1024)) MiB; set TMPDIR of the login to a larger disk" >&2
  exit 28
fi
cd "$dir" || exit 74
# In one transaction, whatever writes meanwhile; the copy is in journal mode DELETE and has no free pages.
"$1" -batch -bail -init /dev/null -cmd '.timeout 60000' "$2" "VACUUM INTO 'snapshot.db'" </dev/null || exit 65
[ "$("$1" -batch -bail -init /dev/null snapshot.db 'PRAGMA integrity_check' </dev/null)" = ok ] || {
  echo "integrity check failed: the SQLite file $2 is damaged" >&2
  exit 65
}
"$1" -batch -bail -init /dev/null snapshot.db "SELECT hex(name) || ' ' || replace(name, '\"', '\"\"') FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT GLOB '*[
]*'" </dev/null |
  while IFS= read -r line; do
    printf 'ops-rows %s %s\n' "${line%% *}" "$("$1" -batch -bail -init /dev/null snapshot.db "SELECT count(*) FROM \"${line#* }\"" </dev/null)" >&2
  done
