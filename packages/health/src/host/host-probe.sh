# Asks a web server from its own host until it is good often enough in a row or the time is over. What is
# asked comes in HP_* variables; what came back goes to stdout, one block an attempt, and is judged elsewhere.
# Every line that a server wrote is prefixed with `|`, so that it cannot pass for one of ours.
# shellcheck shell=sh disable=SC2154

# hp_ask QUERY: one request; prints the raw answer, then `hp:meta …` and `hp:exit N`.
hp_ask() {
  if [ "$HP_WITH" = curl ]; then
    # The whole request is curl's configuration on stdin: nothing of it shows in a process list.
    {
      {
        printf '%s\nurl = "%s%s"\n' "$HP_CONFIG" "$HP_URL" "$1"
        [ -z "$HP_CA_FILE" ] || printf 'cacert = "%s"\n' "$HP_CA_FILE"
      } | curl -q -K - 2>&1
      printf '\nhp:exit %s\n' "$?"
    } | head -c "$HP_LIMIT"
  else
    HP_QUERY=$1 HP_CA_FILE=$HP_CA_FILE "$HP_PHP" -r "$HP_PHP_CODE" 2>&1 | head -c "$HP_LIMIT"
  fi
}

# hp_expected CODE: is the status code one of HP_EXPECT, `200-299 304-304`?
hp_expected() {
  for hp_range in $HP_EXPECT; do
    [ "$1" -ge "${hp_range%-*}" ] && [ "$1" -le "${hp_range#*-}" ] && return 0
  done
  return 1
}

hp_loop() {
  hp_began=$(date +%s)
  hp_n=0
  hp_good=0
  while :; do
    hp_n=$((hp_n + 1))
    hp_now=$(date +%s)
    printf 'hp:begin %s %s\n' "$hp_n" "$hp_now"
    hp_query=
    [ -z "$HP_BUSTER" ] || hp_query=$HP_BUSTER$hp_now-$$-$hp_n
    hp_out=$(hp_ask "$hp_query")
    printf '%s\n' "$hp_out" | sed 's/^/|/'
    printf 'hp:end\n'
    # Not by pattern expansion: on a long answer that takes dash minutes.
    hp_code=$(printf '%s\n' "$hp_out" | tail -n 2 | sed -n 's/^hp:meta \([1-9][0-9][0-9]\) .*/\1/p')
    if hp_expected "${hp_code:-0}"; then hp_good=$((hp_good + 1)); else hp_good=0; fi
    [ "$hp_good" -lt "$HP_SUCCESSES" ] || break
    [ $(($(date +%s) - hp_began + HP_PAUSE_UP)) -lt "$HP_DEADLINE" ] || break
    sleep "$HP_PAUSE" 2>/dev/null || sleep "$HP_PAUSE_UP"
  done
}

HP_CA_FILE=
HP_WITH=
if command -v curl >/dev/null 2>&1; then
  HP_WITH=curl
elif command -v "$HP_PHP" >/dev/null 2>&1; then
  HP_WITH=php
fi
if [ -z "$HP_WITH" ]; then
  printf 'hp:missing\n'
else
  if [ -n "$HP_CA" ]; then
    HP_CA_FILE=$(mktemp) && printf '%s\n' "$HP_CA" >"$HP_CA_FILE"
  fi
  hp_loop
  [ -z "$HP_CA_FILE" ] || rm -f "$HP_CA_FILE"
fi
