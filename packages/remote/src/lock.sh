# The host's lock. With flock(1): fd 9 of .deploy/lock, inherited by the batches, so it is free exactly when the last
# process that changes things is gone. Without: a directory of identities, in which a dead one counts for nothing.
# shellcheck shell=sh disable=SC2154,SC2034

# lock l|m HOLDER: one try; the runner asks again each second. l: the answer may travel with that of the batch which came
# along. HOLDER is JSON without its closing brace.
s_lock() {
  s_how=${s_arg%% *} s_arg=${s_arg#* }
  s_reap
  [ -z "$s_held" ] || {
    s_say "$s_how locked $s_fence"
    return 0
  }
  # The app dir must be passable for the web server; what is inside .deploy is nobody else's business.
  { [ -d "$s_app" ] || (umask "$s_umask" && mkdir -p "$s_app") && mkdir -p "$s_state" && printf '' >>"$s_state/lock"; } 2>/dev/null || {
    s_say 'm unlockable'
    return 0
  }
  s_seize || {
    # Whoever took it a moment ago has not written its name yet.
    s_try=0
    until s_named || [ "$s_try" = 5 ]; do
      s_try=$((s_try + 1))
      sleep 0.2 2>/dev/null || sleep 1
    done
    [ ! -r "$s_state/lock.json" ] || s_say "f $s_state/lock.json"
    if s_named; then s_say 'm busy live'; else s_say 'm busy stale'; fi
    return 0
  }
  s_held=1
  # Only holders of the lock write there, and we hold it: these are left from runs that were killed.
  rm -rf "$s_state"/run/* "$s_state/lock.json" 2>/dev/null
  s_last_fence
  s_fence=$((s_fence + 1))
  s_boot
  { printf '%s,"pid":%s,"bootId":"%s"}\n' "$s_arg" "$s_me" "$s_boot" >"$s_state/lock.new" && mv -f "$s_state/lock.new" "$s_state/lock.json"; } 2>/dev/null || rm -f "$s_state/lock.new"
  if s_journal "\"step\":\"lock\",\"phase\":\"lock\",\"fence\":$s_fence,\"pid\":$s_me"; then s_say "$s_how locked $s_fence"
  else s_say "$s_how locked $s_fence unwritten"; fi
}

# s_named: lock.json names a process of this boot that runs.
s_named() {
  s_boot
  case $(cat "$s_state/lock.json" 2>/dev/null) in
    *"\"bootId\":\"$s_boot\""*) s_known=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$s_state/lock.json" 2>/dev/null) ;;
    *) s_known='' ;;
  esac
  [ -n "$s_known" ] && s_runs "$s_known"
}

s_boot() {
  s_boot=unknown
  [ ! -r /proc/sys/kernel/random/boot_id ] || read -r s_boot </proc/sys/kernel/random/boot_id
}

# s_seize: takes the lock if it is free.
s_seize() {
  if command -v flock >/dev/null 2>&1; then
    exec 9>>"$s_state/lock"
    flock -n 9 && return 0
    exec 9>&-
    return 1
  fi
  s_announce
}

# s_unlock: nothing of ours changes anything any more.
s_unlock() {
  [ -n "$s_held" ] || return 0
  s_held=''
  rm -rf "$s_state/lock.json" "${s_state:?}/run/$s_run" 2>/dev/null
  [ -z "${s_mine:-}" ] || rm -f "$s_mine"
  exec 9>&-
}

# s_identity PID: a name that no other process ever has, in s_name: boot, pid, start time.
s_identity() {
  s_boot
  s_stat=$(cat "/proc/$1/stat" 2>/dev/null)
  # Behind the last ")" start state, parent, … : the start time is the 20th.
  # shellcheck disable=SC2086
  set -- "$1" ${s_stat##*)}
  [ $# -lt 21 ] || shift 20
  s_name=$s_boot.$s_owner.$1
}

# s_alive NAME: whether the process with that name still runs.
s_alive() {
  s_owner=${1#*.}
  s_owner=${s_owner%.*}
  s_identity "$s_owner"
  [ "$s_name" = "$1" ] && s_runs "$s_owner"
}

# s_runs PID: there is such a process, whoever owns it, and it is no zombie.
s_runs() {
  [ -d /proc/self ] || { kill -0 "$1" 2>/dev/null && return 0; }
  case $(cat "/proc/$1/stat" 2>/dev/null) in
    '' | *') Z '*) return 1 ;;
  esac
}

# s_announce: whoever wants the lock puts its name down first and looks at the others' names second. Of two, the one that
# came later sees the other, so two never hold it; a dead name never comes back, so removing it is no race. The smallest
# of several that came at once waits for the others to withdraw.
s_announce() {
  mkdir -p "$s_state/lock.d" || return 1
  s_owner=$s_me
  s_identity "$s_me"
  s_mine=$s_state/lock.d/$s_name s_mine_name=$s_name
  printf '' >"$s_mine" || return 1
  s_try=0
  while :; do
    s_rivals='' s_first=1
    for s_other in "$s_state"/lock.d/*; do
      s_rival=${s_other##*/}
      [ "$s_rival" != "$s_mine_name" ] && [ -e "$s_other" ] || continue
      if s_alive "$s_rival"; then
        s_rivals=1
        [ "$(printf '%s\n%s\n' "$s_rival" "$s_mine_name" | sort | head -n 1)" = "$s_mine_name" ] || s_first=''
      else rm -f "$s_other"; fi
    done
    [ -n "$s_rivals" ] || return 0
    s_try=$((s_try + 1))
    if [ -z "$s_first" ] || [ "$s_try" -gt 3 ]; then
      rm -f "$s_mine"
      s_mine=''
      return 1
    fi
    sleep 0.2 2>/dev/null || sleep 1
  done
}

# s_last_fence: the highest number in the tail of the journal, in s_fence.
s_last_fence() {
  s_fence=0
  for s_number in $(tail -n 200 "$s_state/journal.ndjson" 2>/dev/null | sed -n 's/.*[{,]"fence":\([0-9]\{1,15\}\).*/\1/p'); do
    [ "$s_number" -le "$s_fence" ] || s_fence=$s_number
  done
}

# s_journal MEMBERS: appends one line. A line that a power cut left without its end gets one first.
s_journal() {
  {
    s_torn=''
    [ -z "$(tail -c 1 "$s_state/journal.ndjson")" ] || s_torn='
'
    printf '%s{"ts":"%s",%s,%s}\n' "$s_torn" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$s_who" "$1" >>"$s_state/journal.ndjson"
  } 2>/dev/null
}
