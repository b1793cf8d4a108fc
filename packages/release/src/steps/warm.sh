# Right before the switch: the beacon and the front page are requested once. A file that was never
# compiled cannot be stale, so without this a stale opcache would go unseen. Values: WARM_URLS (one a line), HOST_RESOLVE.
# shellcheck shell=sh disable=SC2154
if [ -n "$WARM_URLS" ] && command -v curl >/dev/null 2>&1; then
  printf '%s\n' "$WARM_URLS" | while IFS= read -r url; do
    curl -s -o /dev/null --max-time 10 ${HOST_RESOLVE:+--resolve "$HOST_RESOLVE"} "$url" || :
  done
fi
