# Makes a consistent copy of the SQLite file $2 with the program $1 into the private directory of $3, and proves it.
# On stderr, one line a table of the copy: ops-rows HEXNAME ROWS.
# shellcheck shell=sh
umask 077
program=$1
dir=${3%/*}
copy=$dir/snapshot.db

# ask FILE SQL
ask() { "$program" -batch -bail -init /dev/null -noheader -list -cmd '.timeout 60000' "$1" "$2" </dev/null; }

pages=$(ask "$2" 'PRAGMA page_count') || exit 65
size=$(ask "$2" 'PRAGMA page_size') || exit 65
need=$((pages * size))
room=$(df -Pk "$dir" 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -n "$room" ] && [ $((need / 1024)) -ge "$room" ]; then
  echo "no space left on device: the copy of $2 needs $((need / 1048576)) MiB in $dir, which has $((room / 1024)) MiB; set TMPDIR of the login to a larger disk" >&2
  exit 28
fi
cd "$dir" || exit 74
# In one transaction, whatever writes meanwhile; the copy has no free pages, and with journal mode DELETE it is one file.
ask "$2" "VACUUM INTO 'snapshot.db'" || exit 65
ask "$copy" 'PRAGMA journal_mode = DELETE' >mode.txt || exit 65
checked=$(ask "$copy" 'PRAGMA integrity_check') || exit 65
if [ "$checked" != ok ]; then
  printf 'integrity check failed: the SQLite file %s is damaged: %s\n' "$2" "$(printf '%s\n' "$checked" | head -n 1)" >&2
  exit 65
fi
# Virtual tables hold no rows of their own: their shadow tables are listed. One client counts all, however they are named.
ask "$copy" "SELECT 'SELECT ''' || hex(name) || ' '' || count(*) FROM \"' || replace(name, '\"', '\"\"') || '\";' FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'" >counts.sql || exit 65
"$program" -batch -bail -init /dev/null -noheader -list "$copy" <counts.sql >counts.txt || exit 65
sed 's/^/ops-rows /' counts.txt >&2
