# Reads the live release in one process: version, database, applied migrations. Read only: where its manifests are not
# cached booting would write them, so then nothing is asked. Never fails. Values: CURRENT_DIR, PHP.
# Facts: live.artisan, live.driver, live.database (reachable, unreachable: why), live.applied (names); or live.unknown (why).
# with: release.sh host.php migrations.php applied.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=preflight
if [ ! -d "$CURRENT_DIR/" ] || [ -z "$PHP" ]; then
  ops_fact live.unknown 'no live release'
elif [ ! -s "$CURRENT_DIR/bootstrap/cache/packages.php" ] || [ ! -s "$CURRENT_DIR/bootstrap/cache/services.php" ]; then
  ops_fact live.unknown 'its manifests are not cached'
else
  (
    ops_here "$CURRENT_DIR"
    ops_fail() {
      ops_fact live.unknown "$2"
      exit 0
    }
    # Its output is no news: what does not work there worked or failed before this deploy.
    LOG_CHANNEL=null
    export LOG_CHANNEL
    ops_php "$OPS_PHP" 2>/dev/null
  )
fi
