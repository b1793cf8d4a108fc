# Under the lock, at the start of every run: what an ended run left behind is removed. Idempotent.
# Nothing that `current` resolves to is touched. Values: APP; NEW_ID (random and different on each host); RUN.
# shellcheck shell=sh disable=SC2154
umask 022
mkdir -p "$APP/releases" "$APP/shared" || ops_fail preflight "Cannot create $APP/releases." "Give the deploy user write permission on $APP."
[ -s "$STATE/id" ] || printf '%s\n' "$NEW_ID" >"$STATE/id" 2>/dev/null || :
live=$(cd "$APP/current" 2>/dev/null && pwd -P || :)
removed=
for dir in "$APP"/releases/*/; do
  [ -d "$dir" ] || continue
  dir=${dir%/}
  [ ! -s "$dir/.complete.json" ] || continue
  [ "$(cd "$dir" && pwd -P)" != "$live" ] || continue
  # Only what we named: 20260131T081500Z-RUN-0a1b2c3
  case ${dir##*/} in
    [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z-*) ;;
    *) continue ;;
  esac
  rm -rf "$dir" || ops_warn "The unfinished release $dir could not be removed."
  removed="$removed ${dir##*/}"
done
rm -f "$APP"/.current-* "$STATE"/artifacts/*.tmp 2>/dev/null || :
for dir in "$STATE"/run/*/; do
  [ -d "$dir" ] || continue
  dir=${dir%/}
  [ "${dir##*/}" = "$RUN" ] || rm -rf "$dir" || :
done
rm -rf "$STATE/trash" 2>/dev/null || :
ops_fact recovered "${removed# }"
