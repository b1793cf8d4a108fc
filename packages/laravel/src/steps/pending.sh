# Reads with the new code which migrations are pending. Writes nothing. Values: RELEASE_DIR, PHP.
# Facts: migrations.pending (names), migrations.applied-count, migrations.table (present, absent, unknown: no files), migrations.driver.
# with: release.sh host.php migrations.php pending.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=migrate
ops_here "$RELEASE_DIR"
ops_php "$OPS_PHP"
