# Boots the release with its own artisan, from the caches that its requests will use. Values: RELEASE_DIR, PHP.
# with: release.sh host.php boot.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=smoke
ops_here "$RELEASE_DIR"
# caches.sh left the list; a release that it did not make is asked.
known=bootstrap/cache/ops-artisan.txt
if [ -s "$known" ]; then
  if grep -qx 'about --json' "$known"; then probe='about --json'; else probe=route:list; fi
elif "$PHP" artisan list --raw </dev/null 2>/dev/null | grep -q '^about '; then probe='about --json'
else probe=route:list; fi
status=0
# Two words on purpose.
# shellcheck disable=SC2086
output=$("$PHP" artisan $probe --no-interaction </dev/null 2>&1) || status=$?
if [ "$status" != 0 ]; then
  printf '%s\n' "$output" | tail -n 40
  ops_php "$OPS_PHP"
  last=$(printf '%s\n' "$output" | sed 's/\x1b\[[0-9;]*m//g' | grep -v '^ *at \|^ *[0-9]* *|\|^ *[0-9][0-9]* \|vendor/' | grep '[[:alnum:]]' | head -n 2 | tr -s ' \n' '  ' || :)
  ops_fail smoke "artisan $probe failed in the new release with exit code $status: $last" "Nothing was switched. The log is storage/logs/laravel.log; run it with this commit on your machine."
fi
if [ "$probe" = 'about --json' ]; then
  # Deprecations may come before it, so the JSON is what starts at the first line that begins with a brace.
  printf '%s\n' "$output" | sed -n '/^{/,$p' | "$PHP" -n -r 'exit(function_exists("json_decode") && !is_array(json_decode(stream_get_contents(STDIN), true)) ? 1 : 0);' || {
    printf '%s\n' "$output" | head -n 20
    ops_fail smoke "artisan about --json exited 0 but printed no JSON." "Something prints while the application boots (a dump, an echo); remove it."
  }
fi
ops_fact smoke "$probe"
