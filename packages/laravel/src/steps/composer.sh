# Installs PHP dependencies when the release came without them. Values: APP (by STATE), RELEASE_DIR, PHP,
# COMPOSER (name or path), COMPOSER_FLAGS (one a line). Fact: composer (installed, present, none).
# with: release.sh
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=stage
ops_here "$RELEASE_DIR"
if [ -s vendor/autoload.php ]; then
  ops_fact composer present
  exit 0
fi
if [ ! -f composer.json ]; then
  ops_fact composer none
  exit 0
fi
tool=$(command -v "$COMPOSER" 2>/dev/null) || ops_fail stage "The release has no vendor/, and composer (\"$COMPOSER\") was not found on $(uname -n)." "Build vendor/ in the job and send it with the release, or install composer on the host, or set composer to its path."
[ -f composer.lock ] || ops_warn "There is no composer.lock in the release, so composer chooses versions on the host; commit the lock file."
set -- install
while IFS= read -r flag; do
  [ -z "$flag" ] || set -- "$@" "$flag"
done <<X
$COMPOSER_FLAGS
X
# A composer written in PHP runs on the PHP of this deploy, not on the first one in PATH.
if head -c 64 "$tool" | head -n 1 | grep -q 'php'; then set -- "$PHP" "$tool" "$@"; else set -- "$tool" "$@"; fi
COMPOSER_NO_INTERACTION=1
COMPOSER_DISABLE_XDEBUG_WARN=1
export COMPOSER_NO_INTERACTION COMPOSER_DISABLE_XDEBUG_WARN
[ "$(id -u)" != 0 ] || export COMPOSER_ALLOW_SUPERUSER=1
if [ -z "${COMPOSER_HOME:-}" ] && [ ! -w "${HOME:-/nonexistent}" ]; then
  COMPOSER_HOME=$STATE/composer
  export COMPOSER_HOME
fi
log=$STATE/composer-$$.log
trap 'rm -f "$log"' EXIT
# Shown as it comes, and kept to name the cause of a failure.
status=0
{ { "$@" </dev/null 2>&1 || printf '%s\n' "$?" >"$log.status"; } | tee "$log"; } || :
if [ -s "$log.status" ]; then status=$(cat "$log.status"); fi
rm -f "$log.status"
if [ "$status" != 0 ]; then
  said=$(grep -i 'could not\|failed\|error\|requires\|denied\|problem' "$log" | sed 's/^[[:space:]]*//; s/\x1b\[[0-9;]*m//g' | head -n 3 | tr '\n' ' ' || :)
  where="composer install failed with exit code $status on $(uname -n)"
  if grep -qi 'your php version (' "$log"; then
    ops_fail stage "$where: $(grep -i 'your php version (' "$log" | head -n 1 | sed 's/^[ -]*//')" "Set php to a version that composer.lock allows, update PHP on the host, or update the lock file."
  elif grep -qi 'requires ext-\|missing from your system' "$log"; then
    ops_fail stage "$where, a PHP extension is missing: $(grep -i 'ext-[a-z0-9_]*' "$log" | head -n 1 | sed 's/^[ -]*//')" "Install that extension for $PHP on the host."
  elif grep -qi 'could not resolve host\|could not be resolved\|failed to open stream\|curl error\|timed out\|connection refused\|network is unreachable' "$log"; then
    ops_fail stage "$where, the network failed: $said" "Check that the host reaches the package repositories, or build vendor/ in the job and send it with the release."
  elif grep -qi 'not up to date with\|lock file.*not.*compat\|not present in the lock file' "$log"; then
    ops_fail stage "$where: composer.lock does not fit composer.json. $said" "Run composer update --lock, commit composer.lock, and deploy that commit."
  fi
  ops_fail stage "$where: ${said:-$(tail -n 1 "$log")}" "Its output stands above. Try it with this commit on your machine: composer install"
fi
[ -s vendor/autoload.php ] || ops_fail stage "composer install ended well, but vendor/autoload.php is not there." "config.vendor-dir in composer.json must stay vendor."
ops_fact composer installed
