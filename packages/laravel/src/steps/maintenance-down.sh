# Maintenance on, with a mark of who did it. A site that a person took down already stays theirs: maintenance-up.sh
# lifts only what this mark names. Values: APP, RELEASE_DIR, SHARED, PHP, RUN; MAINTENANCE_RETRY (seconds),
# MAINTENANCE_RENDER (view) and MAINTENANCE_SECRET, each may be empty. The secret never stands in an argument list.
# Fact: maintenance.owner (run, or person).
# with: release.sh host.php down.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=migrate
ops_here "$RELEASE_DIR"
mark=$STATE/maintenance
flag=storage/framework/down
if [ -s "$flag" ] && [ ! -e "$mark" ]; then
  ops_fact maintenance.owner person
  ops_warn "The site was in maintenance already, and not by a deploy; it stays so after this one."
  exit 0
fi
# First the mark, then the flag: a flag without a mark is a person's.
printf '%s\n' "${RUN:-}" >"$mark" || ops_fail no-room "Cannot write $mark." "Free space on the host."
export MAINTENANCE_RETRY MAINTENANCE_RENDER MAINTENANCE_SECRET
status=0
(ops_php "$OPS_PHP") || status=$?
unset MAINTENANCE_SECRET
if [ "$status" != 0 ]; then
  # On a full disk `down` fails and leaves an empty flag, which makes every request a 500.
  rm -f "$flag" storage/framework/maintenance.php "$mark"
  exit "$status"
fi
ops_fact maintenance.owner run
