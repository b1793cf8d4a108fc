# Records the outcome. Values: APP, HISTORY_LINE (a JSON object a line), BALLAST (yes: keep 4 MiB in reserve for a full disk).
# shellcheck shell=sh disable=SC2154
umask 022
file=$STATE/history.ndjson
before=0
[ ! -f "$file" ] || before=$(wc -c <"$file")
# A line that a full disk or a power cut left without its end gets one first, else it would swallow this one.
append() {
  torn=
  [ -z "$(tail -c 1 "$file" 2>/dev/null)" ] || torn='
'
  { printf '%s%s\n' "$torn" "$HISTORY_LINE" >>"$file"; } 2>/dev/null && [ "$(wc -c <"$file")" -gt "$before" ]
}
append || { rm -f "$STATE/ballast"; append; } || ops_fail no-room "The history $file cannot be written on $(uname -n)." "Free space there; what is live was not changed by this, but a rollback will not know of it."
sync "$file" 2>/dev/null || sync
if [ "${BALLAST:-no}" = yes ] && [ ! -s "$STATE/ballast" ]; then
  dd if=/dev/urandom of="$STATE/ballast" bs=65536 count=64 2>/dev/null || { rm -f "$STATE/ballast"; ops_warn "There is no room for the 4 MiB reserve $STATE/ballast on $(uname -n): a later rollback on a full disk may fail."; }
fi
