# Maintenance off, if a deploy turned it on; by hand where artisan cannot. Idempotent.
# Values: APP, RELEASE_DIR, CURRENT_DIR, SHARED, PHP. Fact: maintenance.lifted (yes, no, person).
# with: release.sh host.php up.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=migrate
mark=$STATE/maintenance
if [ ! -e "$mark" ]; then
  if [ -s "$SHARED/storage/framework/down" ]; then ops_fact maintenance.lifted person; else ops_fact maintenance.lifted no; fi
  exit 0
fi
# The staged release may be gone already.
for home in "$RELEASE_DIR" "${CURRENT_DIR:-}" "$SHARED/.."; do [ -n "$home" ] && [ -f "$home/artisan" ] && break; done
framework=$SHARED/storage/framework
[ -d "$framework" ] || framework=$home/storage/framework
status=0
if [ -f "$home/artisan" ]; then
  (ops_here "$home"; ops_fail() { printf '%s\n' "$2"; exit 1; }; ops_php "$OPS_PHP") || status=$?
else status=1; fi
# What artisan could not lift (full disk, empty flag, code that does not boot) is two files.
if [ "$status" != 0 ] || [ -e "$framework/down" ]; then
  rm -f "$framework/down" "$framework/maintenance.php" || ops_fail migrate "The maintenance flag $framework/down cannot be removed." "Remove it by hand: rm '$framework/down' '$framework/maintenance.php'"
  ops_warn "artisan up did not work; the maintenance flag was removed by hand."
fi
rm -f "$mark"
ops_fact maintenance.lifted yes
