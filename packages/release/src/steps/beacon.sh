# Does the new code answer? Asks the beacon BEACON_TRIES times; every answer must be BEACON_EXPECT,
# sha256 of `<release id>:<nonce>`, which only the new release's file can compute.
# Values: BEACON_URL (empty: off), BEACON_EXPECT, BEACON_TRIES, HOST_RESOLVE, RELOAD_COMMAND (may be empty), RELEASE_ID.
# Facts: beacon = proven | not-executed | unreachable | off | stale; reloaded = yes when the reload ran.
# shellcheck shell=sh disable=SC2154
ask() {
  i=0
  while [ "$i" -lt "$1" ]; do
    i=$((i + 1))
    printf 'url = "%s"\n' "$BEACON_URL"
  done | curl -s -K - --max-time 10 -H 'Cache-Control: no-cache' -w '\n%{http_code}\n' ${HOST_RESOLVE:+--resolve "$HOST_RESOLVE"} 2>/dev/null || :
}
look() {
  answers=$(ask "$1")
  good=$(printf '%s\n' "$answers" | grep -c "^ops-release $BEACON_EXPECT\$" || :)
  any=$(printf '%s\n' "$answers" | grep -c '^ops-release [0-9a-f]\{64\}$' || :)
  statuses=$(printf '%s\n' "$answers" | grep -c '^[1-5][0-9][0-9]$' || :)
  if [ "$good" = "$1" ]; then seen=proven
  elif [ "$any" -gt "$good" ]; then seen=stale
  elif [ "$any" -gt 0 ]; then seen=partly
  elif [ "$statuses" = 0 ]; then seen=unreachable
  else seen=not-executed; fi
}
reload() {
  status=0
  sh -c "$RELOAD_COMMAND" 9>&- </dev/null || status=$?
  [ "$status" = 0 ] || ops_fail stale-code "reload-command failed with exit code $status on $(uname -n)." "Run it by hand as the deploy user; for sudo it needs a NOPASSWD rule for exactly this command: $RELOAD_COMMAND"
  ops_fact reloaded yes
}
# Old workers may answer a little longer: up to WAIT tries, one second apart.
settle() {
  wait=$1
  while [ "$seen" != proven ] && [ "$seen" != not-executed ] && [ "$wait" -gt 0 ]; do
    wait=$((wait - 1))
    sleep 1
    look "$BEACON_TRIES"
  done
}
if [ -z "$BEACON_URL" ]; then
  seen=off
elif ! command -v curl >/dev/null 2>&1; then
  seen=unreachable
else
  look "$BEACON_TRIES"
  [ "$seen" = proven ] || [ "$seen" = not-executed ] || [ -n "$RELOAD_COMMAND" ] || settle 4
fi
if [ "$seen" != proven ] && [ -n "$RELOAD_COMMAND" ]; then
  reload
  if [ "$seen" = stale ] || [ "$seen" = partly ]; then
    look "$BEACON_TRIES"
    settle 15
  fi
fi
ops_fact beacon "$seen"
case $seen in
  stale | partly)
    if [ -n "$RELOAD_COMMAND" ]; then
      ops_fail stale-code "After the switch $(uname -n) still answers with the old code, even after the reload ($good of $BEACON_TRIES answers came from $RELEASE_ID)." "Let nginx pass the real path: fastcgi_param SCRIPT_FILENAME \$realpath_root\$fastcgi_script_name; fastcgi_param DOCUMENT_ROOT \$realpath_root;"
    fi
    ops_fail stale-code "After the switch $(uname -n) still answers with the old code from PHP's opcache ($good of $BEACON_TRIES answers came from $RELEASE_ID)." "Let nginx pass the real path: fastcgi_param SCRIPT_FILENAME \$realpath_root\$fastcgi_script_name; fastcgi_param DOCUMENT_ROOT \$realpath_root; or set reload-command, for example: sudo systemctl reload php-fpm" ;;
esac
