# Builds this release's caches in its final directory, and its own folder of compiled views. Values: RELEASE_DIR, PHP.
# with: release.sh host.php caches.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=stage
ops_here "$RELEASE_DIR"
# Caches of the machine that built the artifact name its directories.
rm -f bootstrap/cache/config.php bootstrap/cache/routes-*.php bootstrap/cache/routes.php bootstrap/cache/events.php
views=$PWD/bootstrap/cache/views
model=$PWD/storage/framework/views
mkdir -p "$views" || ops_fail stage "Cannot create $views." "bootstrap/cache must be a folder of the release, writable for the deploy user."
# View files are compiled at run time too, by the user of php-fpm: what may write the shared folder may write this one.
if [ -d "$model" ]; then
  model=$(cd -P "$model" && pwd)
  group=$(stat -c %g "$model" 2>/dev/null || :)
  mode=$(stat -c %a "$model" 2>/dev/null || :)
  [ -z "$group" ] || [ "$group" = "$(stat -c %g "$views")" ] || chgrp "$group" "$views" 2>/dev/null || ops_warn "$views could not be given the group of $model, so php-fpm may be unable to compile views there. Add the deploy user to that group."
  [ -z "$mode" ] || chmod "$mode" "$views"
  if command -v getfacl >/dev/null 2>&1 && command -v setfacl >/dev/null 2>&1; then
    acl=$(getfacl -pc "$model" 2>/dev/null || :)
    case $acl in *user:[!:]* | *group:[!:]* | *default:*) printf '%s\n' "$acl" | setfacl --set-file=- "$views" 2>/dev/null || ops_warn "The access list of $model could not be copied to $views." ;; esac
  fi
  owner=$(stat -c %u "$model" 2>/dev/null || :)
  case $owner:$mode in
    "$(id -u):"* | *[2367]? | *[2367] | :*) ;;
    *) ops_warn "$model belongs to another user ($(stat -c %U "$model")), who cannot write the compiled views of this release. Give them a common group: chgrp and chmod 2775 $model." ;;
  esac
fi
VIEW_COMPILED_PATH=$views
OPS_PHASE=config
export VIEW_COMPILED_PATH OPS_PHASE
ops_php "$OPS_PHP"
OPS_PHASE=rest
ops_php "$OPS_PHP"
