# Reads the SQL of pending migrations. Not dry (creates the table migrations, executes the PHP of up()): only after the backup.
# Values: RELEASE_DIR, PHP. Fact: rows, one JSON object {migration, sql} a line.
# with: release.sh host.php migrations.php pretend.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=migrate
ops_here "$RELEASE_DIR"
ops_php "$OPS_PHP"
