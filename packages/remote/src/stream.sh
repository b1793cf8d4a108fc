# The frame around one script with open pipes. The client sends this text through loader.sh, `r_top` last, then a line of
# settings, the script, and from then on verbs: `beat`, `data N` with N bytes for the script's stdin, `end` of that stdin.
# EOF at any time, or silence, means that the runner is lost: the script's group ends while its stdin is still open, so that
# a load cut in the middle never looks like a whole one.
#   top ──┬─ reader (channel -> script's stdin) ── ticker (counts the runner's silence)
#         └─ main ──┬─ script (group of its own)                 stdout is the script's alone: no byte passes through us
#                   └─ guard (ends the script when main or top was killed, or sshd is gone)
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

# r_there: top runs; a suspended parent does not reap it, so a zombie is none.
r_there() {
  kill -0 $$ || return 1
  [ ! -r "/proc/$$/stat" ] || { read -r _ _ r_state _ <"/proc/$$/stat" && [ "$r_state" != Z ]; }
}

r_top() {
  umask 077
  r_main='' r_dir=''
  trap '[ -z "$r_main" ] || kill -USR1 "$r_main" 2>/dev/null' USR1 HUP INT TERM
  # The nonce marks what we say. It comes on stdin, so neither argv nor the script's environment shows it.
  read -r r_nonce r_limit r_grace r_place r_sweep r_bytes r_sh || exit 1
  # Read exactly N bytes of a stream that goes on: BusyBox `head -c` reads ahead, its dd does not.
  r_exact=slow
  if [ "$(printf ab | { head -c 1 >/dev/null && cat; })" = b ]; then r_exact='head'
  elif [ "$(printf ab | { dd bs=1 count=1 iflag=fullblock >/dev/null && cat; } 2>/dev/null)" = b ]; then r_exact='dd'; fi
  # The x keeps the newlines at the end.
  r_text=$(r_take "$r_bytes" && echo x)
  r_text=${r_text%x}
  r_parent
  r_first=$r_parent
  # Whatever a login script said before is not ours.
  printf '\n%s hi\n' "$r_nonce" >&2
  printf '\n%s\n' "$r_nonce"
  exec 3<&0
  r_reader <&3 | r_main &
  r_main=$!
  exec 0</dev/null 3<&- >/dev/null 2>/dev/null
  r_code=1
  while kill -0 "$r_main"; do
    wait "$r_main"
    r_code=$?
  done
  exit "$r_code"
}

# r_take N: exactly N bytes of stdin to stdout.
r_take() {
  case $r_exact in
    head) head -c "$1" ;;
    dd)
      [ "$1" -lt 65536 ] || dd bs=65536 count=$(($1 / 65536)) iflag=fullblock 2>/dev/null || return 1
      [ $(($1 % 65536)) = 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock 2>/dev/null
      ;;
    *) dd bs=1 count="$1" 2>/dev/null ;;
  esac
}

r_reader() {
  trap '' HUP INT TERM USR1 PIPE
  r_pid
  exec 5>&1 >/dev/null
  # The first line is for main: whom to end.
  echo "$r_pid" >&5
  r_tick=''
  r_watch
  while IFS= read -r r_line; do
    case $r_line in
      beat) r_watch ;;
      'data '*)
        r_pour "${r_line#data }"
        r_watch "$r_poured"
        wait "$r_poured" && continue
        # The script has closed its stdin: no more verbs can be told from data, but bytes are still signs of life.
        exec 5>&-
        cat <&3 >/dev/null 2>/dev/null &
        r_watch $!
        wait $!
        ;;
      end)
        exec 5>&-
        r_watch
        ;;
    esac
  done
  r_lose
}

# r_pour N: N bytes to the script in the background, by one process where possible, its pid in r_poured.
r_pour() {
  if [ "$r_exact" = 'head' ]; then head -c "$1" <&3 >&5 2>/dev/null &
  else r_take "$1" <&3 >&5 2>/dev/null & fi
  r_poured=$!
}

# r_watch [PID]: the runner lives; count its silence from now. PID: who moves its bytes.
r_watch() {
  [ -z "$r_tick" ] || { kill -KILL "$r_tick" && wait "$r_tick"; } 2>/dev/null
  r_ticker "${1:-}" &
  r_tick=$!
}

r_ticker() {
  # By exec: around a function call a shell keeps a copy of what it closes, and a copy of fd 5 keeps the script's stdin open.
  exec 0</dev/null 3<&- 5>&- 6>&2 2>/dev/null
  [ -n "$1" ] || exec 6>&-
  r_silent=0 r_seen=''
  while :; do
    sleep 1 6>&-
    r_there || exit 0
    r_silent=$((r_silent + 1))
    if [ -n "$1" ]; then
      if kill -0 "$1"; then r_moving "$1"; else exec 6>&-; fi
    fi
    [ "$r_silent" -lt "$r_limit" ] || r_busy "$1" || r_lose
  done
}

# r_moving PID: bytes that move are a sign of life. Where none move we speak: TCP then finds a dead peer by itself.
r_moving() {
  r_io=''
  [ ! -r "/proc/$1/io" ] || read -r _ r_io <"/proc/$1/io"
  if [ "$r_io" != "$r_seen" ]; then r_silent=0 r_seen=$r_io; fi
  [ $(((r_silent + 1) % 10)) != 0 ] || printf '\n%s alive\n' "$r_nonce" >&6 || r_lose
}

# r_busy PID: the script does not take its input now (a lock, an index); the runner's beats wait behind it.
r_busy() {
  [ -n "$1" ] && kill -0 "$1" || return 1
  case $(cat "/proc/$1/wchan") in *read* | *recv* | *data_wait* | *wait_data* | *wait_for*) return 1 ;; esac
}

# r_lose: tells main by way of top, again and again, as a signal that arrives while a shell forks can be lost.
r_lose() {
  exec 0</dev/null 3<&- 2>/dev/null 6>&-
  while r_there && kill -USR1 $$; do sleep 1 5>&-; done
  exit 1
}

r_main() {
  # HUP, INT and TERM come by way of top.
  trap '' HUP INT TERM
  trap 'r_sig=1 r_stop=lost' USR1
  exec 3<&-
  r_stop='' r_sig='' r_code=''
  r_pid
  r_me=$r_pid
  read -r r_reader || exit 1
  exec 4<&0 </dev/null 6>&2
  if [ "$r_place" != - ] && ! r_mkdir; then
    kill -KILL "$r_reader"
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
  r_await
  r_rest
  kill -KILL "$r_guard" "$r_reader"
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

# r_await: the script's exit status in r_code, whatever signals come meanwhile; ends its group when r_stop says so.
r_await() {
  r_killer=''
  while :; do
    r_sig=''
    if [ -n "$r_stop" ] && [ -z "$r_killer" ]; then
      kill -TERM "-$r_child" || kill -TERM "$r_child"
      { exec 6>&-; sleep "$r_grace"; kill -KILL "-$r_child" || kill -KILL "$r_child"; } &
      r_killer=$!
    fi
    wait "$r_child"
    r_got=$?
    # A signal may arrive in the moment in which the process ends: the second wait then knows nothing of it.
    if [ "$r_got" = 127 ] && [ -n "$r_code" ]; then break; fi
    r_code=$r_got
    [ -n "$r_sig" ] || break
  done
  [ -z "$r_killer" ] || kill -KILL "$r_killer"
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

# r_guard: each second, whether those who would end the script in time are still there.
r_guard() {
  trap '' HUP INT TERM USR1 PIPE
  exec 6>&-
  while sleep 1; do
    r_parent
    if kill -0 "$r_me"; then
      kill -0 $$ && [ "$r_parent" = "$r_first" ] || kill -USR1 "$r_me"
      continue
    fi
    kill -TERM "-$r_child" || kill -TERM "$r_child"
    sleep "$r_grace"
    kill -KILL "-$r_child" || kill -KILL "$r_child"
    kill -KILL "$r_reader"
    [ -z "$r_dir" ] || rm -rf "$r_dir"
    exit 1
  done
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
