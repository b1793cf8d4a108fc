# Runs what is pending, once, and looks at what is pending afterwards. Values: APP (by STATE), RELEASE_DIR, PHP,
# DB_LOCK_WAIT_SECONDS (limit on waiting for table locks; 0 or empty: the server's), ISOLATED_WAIT_SECONDS (default 60).
# MIGRATED_AT (the runner's time) and MIGRATION_CLASSES (lines `name "class","class"`), for the journal.
# Facts: migrations.ran, migrations.left, migrations.driver; after a failure migrations.half-applied (a name, or empty).
# with: release.sh host.php migrations.php isolation.php outcome.php migrate.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=migrate
ops_here "$RELEASE_DIR"
# Written while migrate holds the isolation lock: a file that is there now belongs to a run that died with it.
mark=$STATE/migrating
if [ -e "$mark" ]; then OPS_STALE=yes; else OPS_STALE=no; fi
OPS_LOCK_WAIT=${DB_LOCK_WAIT_SECONDS:-0}
OPS_PHASE=run
export OPS_STALE OPS_LOCK_WAIT OPS_PHASE ISOLATED_WAIT_SECONDS="${ISOLATED_WAIT_SECONDS:-60}"
# A migration that ends the process (exit, no memory, a signal) leaves it to a second one to say what is applied.
ops_died() {
  [ "$OPS_PHASE" = run ] || ops_fail migrate "$OPS_DIED What is applied is unknown: $1" "Look at the table migrations by hand."
  OPS_PHASE=look OPS_DIED=$1 OPS_BEFORE=$php_pending
  export OPS_DIED OPS_BEFORE
  ops_php "$OPS_PHP"
}
# The journal learns what was applied from the host itself: a runner that died meanwhile writes no history.
ops_fact() {
  ops_line "fact $1" "$2"
  [ "$1" = migrations.ran ] && [ -n "$2" ] && [ -n "${JOURNAL:-}" ] || return 0
  ops_rows=
  for ops_one in $2; do
    # What is no plain name would break the line.
    case $ops_one in *[!A-Za-z0-9_.-]*) continue ;; esac
    ops_classes=$(printf '%s\n' "${MIGRATION_CLASSES:-}" | sed -n "s/^$ops_one //p" | head -n 1)
    ops_rows="$ops_rows${ops_rows:+,}{\"name\":\"$ops_one\",\"classes\":[$ops_classes]}"
  done
  ops_rows=",\"release\":\"$RELEASE_ID\",\"at\":\"${MIGRATED_AT:-}\",\"migrations\":[$ops_rows]"
  ops_journal migrate migrated "$ops_rows" && return 0
  rm -f "$STATE/ballast"
  ops_journal migrate migrated "$ops_rows" || ops_warn "The journal $STATE/journal.ndjson cannot be written: if this run is lost, no later one knows that it applied $2."
}
printf '%s\n' "${RUN:-}" >"$mark" 2>/dev/null || :
status=0
(ops_php "$OPS_PHP") || status=$?
rm -f "$mark"
exit "$status"
