# Removes releases, artifacts and old bookkeeping that nothing needs. Failures are warnings.
# Values: APP, PRUNE_RELEASES and KEEP_ARTIFACTS (one name a line).
# A release that is live or the working directory of a process stays.
# shellcheck shell=sh disable=SC2154
cd "$APP"
live=$(cd current 2>/dev/null && pwd -P || :)
used=$(ls -l /proc/[0-9]*/cwd 2>/dev/null | sed -n 's/.* -> //p')
mkdir -p "$STATE/trash" || { ops_warn "Old releases were not removed on $(uname -n): $STATE/trash cannot be created."; exit 0; }
printf '%s\n' "$PRUNE_RELEASES" | while IFS= read -r id; do
  [ -n "$id" ] && [ -d "releases/$id" ] || continue
  full=$(cd "releases/$id" && pwd -P) || { ops_warn "The old release $id could not be entered; check its owner."; continue; }
  [ "$full" != "$live" ] || continue
  case "$used
" in *"$full
"* | *"$full/"*) ops_warn "The release $id is kept: a process still runs in it. Restart that worker."; continue ;; esac
  { rm -f "releases/$id/.complete.json" || :; } 2>/dev/null
  mv "releases/$id" "$STATE/trash/$id" 2>/dev/null || ops_warn "The old release $id could not be removed; check its owner."
done
if [ -n "$KEEP_ARTIFACTS" ]; then
  for file in "$STATE"/artifacts/*.tar.gz; do
    [ -f "$file" ] || continue
    key=${file##*/}
    key=${key%.tar.gz}
    case "
$KEEP_ARTIFACTS
" in *"
$key
"*) ;; *) rm -f "$file" || : ;; esac
  done
fi
rm -rf "$STATE/trash" || ops_warn "$STATE/trash could not be emptied on $(uname -n); check the owner of what is in it."
lines=0
[ ! -f "$STATE/journal.ndjson" ] || lines=$(wc -l <"$STATE/journal.ndjson")
if [ "$lines" -gt 20000 ]; then
  tail -n 10000 "$STATE/journal.ndjson" >"$STATE/journal.tmp" && mv -f "$STATE/journal.tmp" "$STATE/journal.ndjson" || rm -f "$STATE/journal.tmp"
fi
