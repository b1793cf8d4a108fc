# Maintenance on, with a mark of who did it ($STATE/maintenance). A site that a person took down already stays theirs:
# maintenance-up.sh lifts only what the mark names. Values: APP (by STATE), RELEASE_DIR, PHP, RUN; MAINTENANCE_RETRY
# (seconds), MAINTENANCE_RENDER (view) and MAINTENANCE_SECRET, each may be empty. The secret never stands in an argument list.
# Fact: maintenance.owner (run, or person).
# with: release.sh host.php down.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=migrate
ops_here "$RELEASE_DIR"
OPS_MARK=$STATE/maintenance
flag=storage/framework/down
if [ -s "$flag" ] && [ ! -e "$OPS_MARK" ]; then
  ops_fact maintenance.owner person
  ops_warn "The site was in maintenance already, and not by a deploy; it stays so after this one."
  exit 0
fi
OPS_RUN=$RUN
export MAINTENANCE_RETRY MAINTENANCE_RENDER MAINTENANCE_SECRET OPS_MARK OPS_RUN
status=0
(ops_php "$OPS_PHP") || status=$?
# On a full disk `down` fails and leaves an empty flag, which makes every request a 500.
[ "$status" = 0 ] || rm -f "$flag" storage/framework/maintenance.php "$OPS_MARK"
exit "$status"
