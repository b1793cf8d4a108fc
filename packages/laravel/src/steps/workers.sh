# Tells workers to end after their job, so that their supervisor starts them with the new code. A failure is a warning.
# Values: RELEASE_DIR, PHP. Fact: workers (the commands that were run).
# with: release.sh host.php workers.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=switch
# The switch is done: workers that were not told are no reason to take it back.
ops_fail() {
  ops_warn "Workers were not restarted: $2 $3"
  exit 0
}
ops_here "$RELEASE_DIR"
# A daemon that is reloaded here must not keep the deploy lock (fd 9).
ops_php "$OPS_PHP" 9>&-
