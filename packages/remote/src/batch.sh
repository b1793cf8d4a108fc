# Batches: where they write, how they start and end, and what happens when the runner is lost.
# shellcheck shell=sh disable=SC2154,SC2034

# s_dir: a private directory with room in s_dir; empty when nothing on this host can be written. Under the lock it is
# .deploy/run/<run>; without the lock nothing under the app dir changes.
s_dir() {
  s_dir=''
  if [ -n "$s_held" ] && { [ -d "$s_state/run/$s_run" ] || mkdir -p "$s_state/run/$s_run"; } && s_room "$s_state/run/$s_run"; then return 0; fi
  for s_base in "${TMPDIR:-/tmp}" /tmp /dev/shm /var/tmp "${XDG_RUNTIME_DIR:-/tmp}"; do
    case $s_base/ in "$s_app"/*) continue ;; esac
    # Nobody can have made it before us: the nonce is random and came on stdin.
    [ -d "$s_base/ops-$s_nonce" ] || mkdir "$s_base/ops-$s_nonce" || continue
    s_used=1
    if s_room "$s_base/ops-$s_nonce"; then return 0; fi
  done 2>/dev/null
} 2>/dev/null

# s_room DIR: fresh output files, and bytes for them: on a full disk files can be made, but stay empty.
s_room() {
  { [ ! -e "$1/out" ] || rm -f "$1/out" "$1/err"; } && dd if=/dev/zero of="$1/out" bs=65536 count=1 && printf '' >"$1/out" && printf '' >"$1/err" && s_dir=$1
}

# s_word: the first word of s_rest in s_word, and s_rest without it.
s_word() {
  s_word=${s_rest%% *}
  s_rest=${s_rest#* }
}

# run critical|free SECONDS locked|plain FENCE TITLE
s_batch() {
  s_reap
  s_rest=$s_arg
  s_word && s_crit=${s_word#free} && s_word && s_seconds=$s_word && s_word && s_need=$s_word && s_word
  s_refusal=''
  if [ -n "$s_bad" ]; then s_refusal='refused payload'
  elif [ "$s_need" = locked ] && [ -z "$s_held" ]; then s_refusal='refused unlocked'
  elif [ "$s_need" = locked ] && [ "$s_word" != - ]; then
    s_last_fence
    if [ "$s_word" -lt "$s_fence" ]; then s_refusal="refused fence $s_fence"; else s_fence=$s_word; fi
  fi
  s_bad=''
  if [ -n "$s_refusal" ]; then
    [ -z "$s_file" ] || rm -f "$s_file"
    s_file='' s_text=''
    s_say "m $s_refusal"
    return 0
  fi
  s_title=$s_rest
  s_dir
  [ -z "$s_dir" ] || s_say "o $s_dir"
  s_now
  s_deadline=$((s_now + s_seconds))
  s_launch &
  s_job=$!
  s_text='' s_file=''
  s_watch
}

# s_launch, in the background: runs s_text to its end and says so. USR1: stop, unless critical. USR2: too long.
s_launch() {
  s_stop=''
  # Ignored until the batch runs, else a signal could end the writer of its text: half a script would run.
  trap '' HUP INT TERM USR1 USR2
  trap 's_sig=1' PIPE
  # A shell tells stderr which of its children a signal ended, and that pipe may be broken.
  exec 2>/dev/null
  s_leader=''
  if command -v setsid >/dev/null; then s_leader='setsid'
  elif command -v perl >/dev/null; then s_leader='perl'; fi
  if [ -n "$s_leader" ] && [ -e /dev/fd/0 ]; then
    # The text goes through a pipe: no file that could be left, no argv, no limit, no disk.
    printf '%s' "$s_text" | s_spawn "$s_leader" &
  else
    # Not every shell gives a group of its own to what it starts here; then only the batch itself can be ended.
    set -m
    s_spawn '' &
  fi
  s_child=$!
  set +m
  s_text=''
  trap 's_sig=1' HUP INT TERM
  trap 's_sig=1; [ -n "$s_crit" ] || s_stop=lost' USR1
  trap 's_sig=1 s_stop=timeout' USR2
  s_await "$s_child"
  if [ -n "$s_stop" ]; then
    # What outlived its leader had TERM too; it gets a second to go.
    for s_left in 1 2 3 4 5; do
      kill -0 "-$s_child" || break
      sleep 0.2 || sleep 1
    done
    kill -KILL "-$s_child"
    # bash forgets a status that arrives while a trap runs, and says 127, or 255 as -1. A killer that is gone has killed.
    case $s_code in -1 | 127 | 255) if [ -z "$s_killer" ] || kill -0 "$s_killer"; then s_code=143; else s_code=137; fi ;; esac
  fi
  [ "$s_code" != -1 ] || s_code=255
  [ -z "$s_file" ] || rm -f "$s_file"
  [ -z "$s_killer" ] || kill -KILL "$s_killer"
  s_say "x exit $s_code ${s_stop:-done}"
  exit "$s_code"
}

# s_spawn setsid|perl|'': becomes the batch, leader of a process group by that program.
s_spawn() {
  trap - HUP INT TERM USR1 USR2 PIPE
  exec 8<&0
  if [ -n "$s_file" ]; then
    OPS_PAYLOAD=$s_file
    export OPS_PAYLOAD
    exec <"$s_file"
  else exec </dev/null; fi
  if [ -n "$s_dir" ]; then exec >"$s_dir/out" 2>"$s_dir/err"; else exec >/dev/null 2>&1; fi
  exec 3>&-
  umask "$s_umask"
  [ -z "${s_mine:-}" ] || {
    s_pid
    s_owner=$s_pid
    s_identity "$s_pid"
    printf '' >"$s_state/lock.d/$s_name"
  }
  cd "$s_app" 2>/dev/null || cd / || exit 126
  # shellcheck disable=SC2086 # two words where the shell is an applet: busybox sh
  case $1 in
    setsid) exec setsid $s_sh -c '. /dev/fd/8' ;;
    perl) exec perl -e 'setpgrp(0, 0); exec(@ARGV) or exit(127)' $s_sh -c '. /dev/fd/8' ;;
    *) eval "$s_text" ;;
  esac
}

# s_await PID: its exit status in s_code, whatever signals come meanwhile; ends its group when s_stop says so.
s_await() {
  s_code='' s_killer=''
  while :; do
    s_sig=''
    if [ -n "$s_stop" ] && [ -z "$s_killer" ]; then
      { kill -TERM "-$1" || kill -TERM "$1"; } 2>/dev/null
      { s_bare; sleep "$s_grace"; kill -KILL "-$1" || kill -KILL "$1"; } &
      s_killer=$!
    fi
    wait "$1"
    s_got=$?
    # A signal may arrive in the moment in which the process ends: the second wait then knows nothing of it.
    [ "$s_got" != 127 ] || [ -z "$s_code" ] || return 0
    s_code=$s_got
    [ -n "$s_sig" ] || return 0
  done
}

# s_reap: the batch before has answered; its launcher is gone for good after this, and with it its hold on the lock.
s_reap() {
  s_deadline=''
  [ -z "$s_job" ] || wait "$s_job" 2>/dev/null
  s_job=''
  s_hush
}

# s_bare, in a background process that only waits: it must hold neither the lock nor the channel.
s_bare() { exec 2>/dev/null 3>&- 9>&-; }

# s_nag: says USR1 again, as a signal can come in the moment between looking and waiting.
s_nag() {
  { s_bare; for s_pause in 1 1 2 3; do sleep "$s_pause" && kill -USR1 "$s_job" || exit 0; done; } &
  s_nagger=$!
}

s_hush() {
  [ -z "$s_nagger" ] || { kill -KILL "$s_nagger" && wait "$s_nagger"; } 2>/dev/null
  s_nagger=''
}

# s_leave: nothing of ours stays.
s_leave() {
  [ -z "$s_file" ] || rm -f "$s_file"
  s_unlock
  [ -z "$s_used" ] || rm -rf "${TMPDIR:-/tmp}/ops-$s_nonce" "/tmp/ops-$s_nonce" "/dev/shm/ops-$s_nonce" "/var/tmp/ops-$s_nonce" "${XDG_RUNTIME_DIR:-/tmp}/ops-$s_nonce"
  [ -z "$s_tick" ] || { kill -KILL "$s_tick" && wait "$s_tick"; } 2>/dev/null
}

# s_lost: the runner is gone (end of input, or silence). What is critical finishes, what is not ends, the armed
# compensation runs, the journal says so, and the lock is free.
s_lost() {
  trap 's_sig=1' USR1 HUP INT TERM PIPE
  exec 2>/dev/null
  s_stop='' s_deadline=''
  # Ends the forwarder, the ticker and the top process; the launcher stops its batch unless that is critical.
  kill -USR1 "$s_group"
  if [ -n "$s_job" ]; then
    [ -n "$s_crit" ] || s_nag
    s_await "$s_job"
    # The signal went to this very process too, and bash forgets a status that arrives while a trap runs.
    [ -n "$s_crit" ] || case $s_code in 127 | 255) s_code=143 ;; esac
    s_hush
  else s_code=0; fi
  [ -z "$s_held" ] || s_journal "\"step\":$s_title,\"phase\":\"orphaned\",\"fence\":$s_fence,\"exit\":$s_code"
  if [ -n "$s_comp" ]; then
    s_text=$s_comp s_file='' s_crit=1 s_comp=''
    s_dir
    s_launch &
    s_job=$!
    { s_bare; sleep 600; kill -USR2 "$s_job"; } &
    s_nagger=$!
    s_await "$s_job"
    # In ten minutes another process may have that number.
    s_hush
    [ -z "$s_held" ] || s_journal "\"step\":$s_comp_title,\"phase\":\"comp\",\"fence\":$s_fence,\"exit\":$s_code"
  fi
  s_leave
  kill -KILL "$s_group"
  exit 1
}
