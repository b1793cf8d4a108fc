# Can this host ask its own web server? Any HTTP answer counts; the answer itself is judged elsewhere.
# Values: HOST_URL, HOST_RESOLVE (curl's host:port:address, or empty).
# shellcheck shell=sh disable=SC2154
if [ -z "$HOST_URL" ]; then ops_fact reach off
elif command -v curl >/dev/null 2>&1; then
  if code=$(curl -sS -o /dev/null -w '%{http_code}' --max-time 10 ${HOST_RESOLVE:+--resolve "$HOST_RESOLVE"} "$HOST_URL" 2>&1); then ops_fact reach "ok $code"
  else ops_fact reach "no $(printf '%s' "$code" | head -n 1)"; fi
else ops_fact reach "no curl is not installed"; fi
