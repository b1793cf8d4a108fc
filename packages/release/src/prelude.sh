# Begins every batch: what steps may call. Values come as environment variables, never by interpolation.
# shellcheck shell=sh disable=SC2154
set -u
LC_ALL=C
export LC_ALL
N=$OPS_NONCE
unset OPS_NONCE
# Only the step that fetches may see the key: composer scripts and commands of the user run in the same batch.
if [ -n "${DEPLOY_KEY:-}" ]; then
  ops_key=$DEPLOY_KEY
  unset DEPLOY_KEY
  DEPLOY_KEY=$ops_key
  unset ops_key
fi
STATE=$APP/.deploy
TAB=$(printf '\t')

# One line that the runner reads: ops_line WORD TEXT. Backslash and newline in TEXT are escaped.
ops_line() {
  case $2 in
    *\\* | *'
'*) printf '@%s %s %s\n' "$N" "$1" "$(printf '%s\n' "$2" | sed 's/\\/\\\\/g' | awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }')" ;;
    *) printf '@%s %s %s\n' "$N" "$1" "$2" ;;
  esac
}
# ops_fact KEY VALUE: a measured fact.
ops_fact() { ops_line "fact $1" "$2"; }
# ops_warn SENTENCE: a warning for log and summary; the step goes on.
ops_warn() { ops_line warn "$1"; }
# ops_fail REASON SENTENCE [REMEDY]: ends the step; SENTENCE says what and why, REMEDY what to do.
ops_fail() {
  ops_line "fail $1" "$2$TAB${3:-}"
  exit 1
}

# Milliseconds since the epoch, or seconds with 000 where date has no %N (BusyBox).
ops_now() {
  case $(date +%N) in
    *[!0-9]* | '') printf '%s000' "$(date +%s)" ;;
    *) date +%s%3N ;;
  esac
}

# ops_journal STEP PHASE [,"key":value…]: one line, appended under the lock. The runner prepared $JOURNAL
# (run, actor, host, sha as JSON members). No journal, no change: see ops_begin.
ops_journal() {
  { printf '{"ts":"%s",%s,"step":"%s","phase":"%s","fence":%s%s}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$JOURNAL" "$1" "$2" "${FENCE:-0}" "${3:-}" >>"$STATE/journal.ndjson"; } 2>/dev/null
}

# ops_begin STEP SHA256 and ops_end STEP EXIT frame each step of a batch.
ops_begin() {
  ops_line begin "$1"
  BEGAN=$(ops_now)
  [ -n "${JOURNAL:-}" ] || return 0
  ops_journal "$1" intent ",\"script\":\"$2\"" && return 0
  rm -f "$STATE/ballast"
  ops_journal "$1" intent ",\"script\":\"$2\"" && return 0
  if [ "${JOURNAL_REQUIRED:-yes}" = yes ]; then
    ops_fail no-room "The journal $STATE/journal.ndjson cannot be written." "Free space or fix its owner, then run again; nothing was changed by this step."
  fi
  ops_warn "The journal $STATE/journal.ndjson cannot be written; going on without it, because this is a rollback."
}
ops_end() {
  ENDED=$(ops_now)
  ops_line end "$1 $2 $((ENDED - BEGAN))"
  if [ -n "${JOURNAL:-}" ]; then
    if [ "$2" = 0 ]; then ops_journal "$1" "done" ",\"ms\":$((ENDED - BEGAN)),\"exit\":0" || :
    else ops_journal "$1" fail ",\"ms\":$((ENDED - BEGAN)),\"exit\":$2" || :; fi
  fi
  [ "$2" = 0 ] || exit "$2"
}
if [ -n "${JOURNAL:-}" ]; then
  FENCE=$(tail -n 1 "$STATE/journal.ndjson" 2>/dev/null | sed -n 's/.*"fence":\([0-9][0-9]*\).*/\1/p')
fi
