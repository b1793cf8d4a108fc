# The frame around one script with open pipes. The client sends this text through loader.sh, `r_top` last, then a line of
# settings, the script, and from then on verbs: `beat`, `data N` with N bytes for the script's stdin, `end` of that stdin.
# EOF at any time, or silence, means that the runner is lost: the script's group ends while its stdin is still open, so that
# a load cut in the middle never looks like a whole one.
# Each second somebody looks for each of the helpers: when one is gone, nobody takes the result for whole.
#   top ──┬─ feed ──┬─ reader (channel -> script's stdin) ── metronome (a tick each second)
#         │         └─ clock (counts the runner's silence, holds the script's stdin open until the runner ends it)
#         └─ main ──┬─ script (group of its own)             stdout is the script's alone: no byte passes through us
#                   └─ guard (tells main whom it lost; ends the script when main itself was killed)
# shellcheck shell=sh disable=SC2154,SC2034

# r_pid: the process id of this very (sub)shell in r_pid; $$ is that of the top one.
r_pid() {
  if [ -r /proc/self/stat ]; then read -r r_pid _ </proc/self/stat; else r_pid=$(exec sh -c 'echo $PPID'); fi
}

# r_parent: who started us; another one when sshd, or the runner's node, is gone.
r_parent() {
  r_parent=''
  [ ! -r "/proc/$$/stat" ] || read -r _ _ _ r_parent _ <"/proc/$$/stat"
}

# r_alive PID: it runs; a zombie, whose parent is suspended or gone, does not.
r_alive() {
  kill -0 "$1" || return 1
  [ ! -r "/proc/$1/stat" ] || { read -r _ _ r_state _ <"/proc/$1/stat" && [ "$r_state" != Z ]; }
}

r_top() {
  umask 077
  r_main='' r_dir=''
  trap 'r_sig=1; [ -z "$r_main" ] || kill -USR1 "$r_main" 2>/dev/null' USR1 HUP INT TERM
  # The nonce marks what we say. It comes on stdin, so neither argv nor the script's environment shows it.
  read -r r_nonce r_limit r_grace r_place r_sweep r_bytes r_sh || exit 1
  r_probe
  # The x keeps the newlines at the end.
  r_text=$( (r_take "$r_bytes") && echo x)
  r_text=${r_text%x}
  r_parent
  r_first=$r_parent
  r_identity $$
  r_top=$r_name
  # Whatever a login script said before is not ours.
  printf '\n%s hi\n' "$r_nonce" >&2
  printf '\n%s\n' "$r_nonce"
  exec 3<&0
  r_feed | r_main &
  r_main=$!
  exec 0</dev/null 3<&- >/dev/null 2>/dev/null
  r_wait "$r_main"
  exit "$r_code"
}

r_main() {
  # HUP, INT and TERM come by way of top.
  trap '' HUP INT TERM
  trap 'exit 1' USR1
  exec 3<&-
  r_stop='' r_sig='' r_code=''
  r_pid
  r_me=$r_pid
  read -r r_reader r_metronome r_feed || exit 1
  trap 'r_sig=1 r_stop=lost' USR1
  exec 4<&0 </dev/null 6>&2
  if [ "$r_place" != - ] && ! r_mkdir; then
    kill -KILL "$r_feed" "$r_reader" "$r_metronome"
    printf '\n%s exit 1 no-room\n' "$r_nonce" >&6
    exit 1
  fi
  r_leader=''
  if command -v setsid >/dev/null; then r_leader='setsid'
  elif command -v perl >/dev/null; then r_leader='perl'; fi
  if [ -n "$r_leader" ] && [ -e /dev/fd/0 ]; then
    # The text goes through a pipe: no file that could be left, no argv, no limit, no disk.
    printf '%s' "$r_text" | r_spawn "$r_leader" &
  else
    set -m
    r_spawn '' &
  fi
  r_child=$!
  set +m
  # A shell tells stderr which of its children a signal ended.
  exec 4<&- >/dev/null 2>/dev/null
  r_text=''
  r_guard &
  r_guard=$!
  r_killer=''
  r_wait "$r_child" r_stopped
  [ -z "$r_killer" ] || kill -KILL "$r_killer"
  # Whatever came through a reader that is no more may have been a part only, however well the script ended.
  r_alive "$r_reader" && r_alive "$r_metronome" || r_stop='lost'
  trap '' USR1
  r_rest
  kill -KILL "$r_guard" "$r_feed" "$r_reader" "$r_metronome"
  [ -z "$r_dir" ] || rm -rf "$r_dir"
  printf '\n%s exit %s %s\n' "$r_nonce" "$r_code" "${r_stop:-done}" >&6
  exit "$r_code"
}

# r_spawn setsid|perl|'': becomes the script, leader of a process group by that program.
r_spawn() {
  trap - HUP INT TERM USR1 PIPE
  exec 8<&0 0<&4 4<&- 6>&-
  if [ -n "$r_dir" ]; then
    D=$r_dir
    export D
  fi
  cd / || exit 126
  unset r_nonce
  # shellcheck disable=SC2086 # two words where the shell is an applet: busybox sh
  case $1 in
    setsid) exec setsid $r_sh -c '. /dev/fd/8' ;;
    perl) exec perl -e 'setpgrp(0, 0); exec(@ARGV) or exit(127)' $r_sh -c '. /dev/fd/8' ;;
    *) eval "$r_text" ;;
  esac
}

# r_wait PID [COMMAND]: its exit status in r_code, whatever signals come meanwhile. COMMAND runs before each wait.
r_wait() {
  r_code=''
  while :; do
    r_sig=''
    [ -z "${2:-}" ] || "$2"
    wait "$1"
    r_got=$?
    # A signal may arrive in the moment in which the process ends: the second wait then knows nothing of it.
    if [ "$r_got" = 127 ] && [ -n "$r_code" ]; then break; fi
    r_code=$r_got
    [ -n "$r_sig" ] || break
  done
}

# r_stopped: ends the script's group, once, when r_stop says so.
r_stopped() {
  if [ -n "$r_stop" ] && [ -z "$r_killer" ]; then
    { exec 6>&-; r_end; } &
    r_killer=$!
  fi
}

# r_end: TERM to the script, and KILL when something of it is still there after the grace.
r_end() {
  kill -TERM "-$r_child" || kill -TERM "$r_child"
  r_left=$r_grace
  while [ "$r_left" -gt 0 ]; do
    sleep 1
    kill -0 "-$r_child" || return 0
    r_left=$((r_left - 1))
  done
  kill -KILL "-$r_child" || kill -KILL "$r_child"
}

# r_rest: nothing of the script's group outlives it.
r_rest() {
  kill -TERM "-$r_child" || return 0
  for r_left in 1 2 3 4 5; do
    kill -0 "-$r_child" || return 0
    sleep 0.2 6>&- || sleep 1 6>&-
  done
  kill -KILL "-$r_child"
}

# r_guard: each second, whether those who feed the script, and would end it in time, are still there.
r_guard() {
  trap '' HUP INT TERM USR1 PIPE
  exec 6>&-
  while :; do
    sleep 1
    r_parent
    r_alive "$r_me" || break
    r_alive $$ && [ "$r_parent" = "$r_first" ] && r_alive "$r_reader" && r_alive "$r_metronome" || kill -USR1 "$r_me"
  done
  r_end
  kill -KILL "$r_feed" "$r_reader" "$r_metronome"
  [ -z "$r_dir" ] || rm -rf "$r_dir"
  exit 1
}

# r_mkdir: a private directory in r_dir. Nobody can have made it before us: its name is random and came on stdin.
r_mkdir() {
  r_identity "$r_me"
  for r_base in "${TMPDIR:-/tmp}" /tmp /var/tmp /dev/shm; do
    r_sweep "$r_base"
    [ -z "$r_dir" ] && mkdir "$r_base/ops-stream-$r_place" || continue
    r_dir=$r_base/ops-stream-$r_place
    echo "$r_name" >"$r_dir/.owner" && [ -s "$r_dir/.owner" ] && continue
    rm -rf "$r_dir"
    r_dir=''
  done 2>/dev/null
  [ -n "$r_dir" ]
}

# r_identity PID: a name that no other process ever has, in r_name: boot, pid, start time.
r_identity() {
  r_name=$(cat "/proc/$1/stat")
  # Behind the last ")" start state, parent, …: the start time is the 20th.
  # shellcheck disable=SC2086
  set -- "$1" ${r_name##*)}
  r_name=$1
  [ $# -lt 21 ] || shift 20
  r_name="$(cat /proc/sys/kernel/random/boot_id) $r_name $1"
} 2>/dev/null

# r_sweep DIR: what a killed shell left there, when it is old and its owner is gone.
r_sweep() {
  r_mine=$r_name
  find "$1"/ops-stream-* -prune -type d -user "$(id -u)" -mmin "+$r_sweep" | while IFS= read -r r_old; do
    r_owner='' r_rest=''
    read -r r_owner r_rest <"$r_old/.owner"
    r_identity "${r_rest%% *}"
    [ -n "$r_rest" ] && [ "$r_name" = "$r_owner $r_rest" ] || rm -rf "$r_old"
  done
  r_name=$r_mine
}
