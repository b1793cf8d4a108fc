# The supervisor: one process per session on the host. It reads one-line verbs on stdin, runs one batch at a time in a
# process group of its own, holds the lock, and brings the host to rest by itself when the runner is lost.
# The client sends this text through loader.sh, in front of lock.sh and batch.sh, and `s_top` last.
#   top ── main (verbs, lock) ── launcher ── batch (own session)      main and its children say what they have to say
#    └──── forwarder (the only one that writes to the channel)        to the forwarder, over the pipe on fd 3
# shellcheck shell=sh disable=SC2154,SC2034

# s_say LINE: to the forwarder. m TEXT message, l TEXT message that can wait for the next one, o DIR follow DIR/out and DIR/err, t pour what is new, x TEXT pour the
# rest and say TEXT, f FILE show the head of a file, q end.
s_say() { printf '%s\n' "$1" >&3; }

# s_pid: the process id of this very (sub)shell in s_pid; $$ is that of the top one.
s_pid() {
  if [ -r /proc/self/stat ]; then read -r s_pid _ </proc/self/stat; else s_pid=$(exec sh -c 'echo $PPID'); fi
}

# s_now: seconds of a clock that is never set, in s_now.
s_now() {
  if [ -r /proc/uptime ]; then
    read -r s_now _ </proc/uptime
    s_now=${s_now%.*}
  else s_now=$(date +%s); fi
}

s_top() {
  trap : PIPE
  # The sentinel frames all that we say. It comes on stdin, so neither argv nor a batch's environment shows it.
  read -r s_sent s_limit s_grace s_nonce s_run s_sh || exit 1
  s_job='' s_held='' s_used='' s_nagger='' s_comp='' s_file='' s_bad='' s_tick='' s_stop='' s_deadline='' s_title='""' s_crit='' s_fence=0
  s_group=0
  if read -r _ _ _ _ s_leader _ 2>/dev/null </proc/$$/stat && [ "$s_leader" != $$ ]; then s_group=''; fi
  s_main 3>&1 >/dev/null | s_forward
  # A second's sleep of the ticker may be left.
  [ -z "$s_group" ] || { trap : TERM; kill -TERM 0; }
  exit 0
}

s_main() {
  trap : PIPE
  s_pid
  s_me=$s_pid
  : "${s_group:=$s_me}"
  trap s_lost USR1 HUP INT TERM
  s_umask=$(umask)
  umask 077
  # Read exactly N bytes of a stream that goes on: BusyBox `head -c` reads ahead, its dd does not.
  s_exact=slow
  if [ "$(printf ab | { head -c 1 >/dev/null && cat; })" = b ]; then s_exact='head'
  elif [ "$(printf ab | { dd bs=1 count=1 iflag=fullblock >/dev/null && cat; } 2>/dev/null)" = b ]; then s_exact='dd'; fi
  s_say "l hi $s_me"
  s_watch
  while IFS= read -r s_line; do
    s_arg=${s_line#* }
    case $s_line in
      beat) s_watch ;;
      'app '*) s_app=$s_arg s_state=$s_arg/.deploy ;;
      'who '*) s_who=$s_arg ;;
      # The x keeps the newlines at the end.
      'text '*) s_text=$(s_take "$s_arg" && echo x) s_text=${s_text%x} ;;
      'data '*) s_data ;;
      'arm '*) s_comp=$s_text s_comp_title=$s_arg ;;
      disarm) s_comp='' ;;
      'lock '*) s_lock ;;
      'run '*) s_batch ;;
      kill) [ -z "$s_job" ] || { kill -USR1 "$s_job"; s_nag; } 2>/dev/null ;;
      unlock)
        s_reap
        s_unlock
        s_say 'm unlocked'
        ;;
      quit)
        s_reap
        s_leave
        s_say q
        exit 0
        ;;
    esac
  done
  s_lost
}

# s_take N: exactly N bytes of stdin to stdout.
s_take() {
  [ "$1" -gt 0 ] || return 0
  case $s_exact in
    head) head -c "$1" ;;
    dd)
      [ "$1" -lt 65536 ] || dd bs=65536 count=$(($1 / 65536)) iflag=fullblock 2>/dev/null
      [ $(($1 % 65536)) = 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock 2>/dev/null
      ;;
    *) dd bs=1 count="$1" 2>/dev/null ;;
  esac
}

# The payload of the next batch. It is read to its last byte even where it cannot be stored: verbs follow it.
s_data() {
  s_reap
  s_dir
  s_file=${s_dir:-/nonexistent}/payload.$s_me s_bad=''
  s_watch "$s_file"
  s_take "$s_arg" | {
    cat >"$s_file" && exit 0
    rm -f "$s_file"
    cat >/dev/null
    exit 1
  } 2>/dev/null || s_bad=1
  s_watch
  [ -n "$s_bad" ] || [ "$(wc -c <"$s_file")" -eq "$s_arg" ] || s_bad=1
}

# s_watch [FILE]: the runner lives; count its silence from now. While a payload comes its growth is the sign of life.
# KILL, because a signal that arrives while a shell forks can be lost.
s_watch() {
  [ -z "$s_tick" ] || { kill -KILL "$s_tick" && wait "$s_tick"; } 2>/dev/null
  s_ticker "${1:-}" &
  s_tick=$!
}

s_ticker() {
  # By exec: around a function call a shell keeps a copy of what it closes, and a copy of fd 9 keeps the lock.
  exec 2>/dev/null 9>&-
  trap : PIPE
  s_silent=0 s_size=''
  while [ "$s_silent" -lt "$s_limit" ]; do
    sleep 1 3>&-
    s_silent=$((s_silent + 1))
    s_say t
    kill -0 "$s_me" || exit 0
    if [ -n "$1" ]; then
      s_grown=$(wc -c <"$1" || echo unstored)
      [ "$s_grown" = "$s_size" ] && [ "$s_grown" != unstored ] || s_silent=0
      s_size=$s_grown
    fi
    if [ -n "$s_deadline" ]; then
      s_now
      [ "$s_now" -lt "$s_deadline" ] || kill -USR2 "$s_job"
    fi
  done
  # To the whole group: whoever reads from the silent channel ends, and main, which it blocks, wakes up.
  kill -USR1 "$s_group"
}

s_forward() {
  s_open='' s_waiting=''
  # One write for one answer: sshd does not turn off Nagle's algorithm for us, so a second one would wait for a round trip.
  s_join='dd bs=1048576 iflag=fullblock'
  printf x | $s_join >/dev/null 2>&1 || s_join='cat'
  while IFS= read -r s_line; do
    s_arg=${s_line#* }
    case $s_line in
      t) s_flush 64 ;;
      'm '*)
        s_waiting="$s_waiting
$s_sent $s_arg
"
        s_flush 64
        ;;
      # Travels with what comes next.
      'l '*)
        s_waiting="$s_waiting
$s_sent $s_arg
"
        ;;
      'o '*) [ ! -r "$s_arg/err" ] || { exec 4<"$s_arg/out" 5<"$s_arg/err" && s_open=$s_arg; } ;;
      'x '*)
        # As much as there is now; a daemon that goes on writing does not hold up the answer.
        s_blocks=1
        for s_file in "$s_open/out" "$s_open/err"; do
          [ ! -s "$s_file" ] || s_blocks=$((s_blocks + $(wc -c <"$s_file") / 65536))
        done
        s_flush "$s_blocks" "$s_arg"
        exec 4<&- 5<&-
        s_open=''
        ;;
      'f '*)
        {
          printf '\n%s f\n' "$s_sent"
          dd bs=4096 count=1 <"$s_arg"
          printf '\n%s .\n' "$s_sent"
        } | $s_join
        ;;
      q) return 0 ;;
    esac 2>/dev/null
  done
}

# s_flush BLOCKS [TEXT]: what waits, what is new in the two files, TEXT. Open descriptors remember how far we are.
s_flush() {
  if [ -n "$s_open" ] && { [ -s "$s_open/out" ] || [ -s "$s_open/err" ]; }; then
    {
      printf '%s' "$s_waiting"
      [ ! -s "$s_open/out" ] || s_pour o "$1" <&4
      [ ! -s "$s_open/err" ] || s_pour e "$1" <&5
      [ -z "${2:-}" ] || printf '\n%s %s\n' "$s_sent" "$2"
    } | $s_join
  elif [ -n "${2:-}" ]; then printf '%s\n%s %s\n' "$s_waiting" "$s_sent" "$2"
  elif [ -n "$s_waiting" ]; then printf '%s' "$s_waiting"; fi
  s_waiting=''
}

s_pour() {
  printf '\n%s %s\n' "$s_sent" "$1"
  dd bs=65536 count="$2"
  printf '\n%s .\n' "$s_sent"
}
