# What moves the runner's bytes into the script's stdin, and counts its silence. See stream.sh for who is who.
# The rule of this file: as long as the runner has not said `end`, two processes hold the script's stdin open, so that the
# death of neither gives the script a clean end of its input.
# shellcheck shell=sh disable=SC2154,SC2034

# r_probe: how exactly N bytes of a stream that goes on are read here: BusyBox `head -c` reads ahead, its dd does not.
r_probe() {
  r_exact=slow
  if [ "$(printf ab | { head -c 1 >/dev/null && cat; })" = b ]; then r_exact='head'
  elif [ "$(printf ab | { dd bs=1 count=1 iflag=fullblock >/dev/null && cat; } 2>/dev/null)" = b ]; then r_exact='dd'; fi
}

# r_take N: becomes the one process that moves exactly N bytes of stdin to stdout.
r_take() {
  case $r_exact in
    head) exec head -c "$1" ;;
    dd)
      exec 2>/dev/null
      [ $(($1 % 65536)) != 0 ] || exec dd bs=65536 count=$(($1 / 65536)) iflag=fullblock
      exec dd bs="$1" count=1 iflag=fullblock
      ;;
    *) exec dd bs=1 count="$1" 2>/dev/null ;;
  esac
}

r_feed() {
  trap '' HUP INT TERM USR1 PIPE
  r_pid
  r_feed=$r_pid
  exec 5>&1 6>&2 >/dev/null 2>/dev/null
  # By exec: around a function call a shell keeps a copy of what it closes, and a copy of fd 5 keeps the script's stdin open.
  { exec 0<&3 7>&1 >/dev/null 6>&-; r_reader; } | { exec 3<&-; r_clock; } &
  exec 3<&- 5>&- 6>&-
  # A shell that waits reaps them.
  wait
}

r_reader() {
  r_pid
  { exec 0</dev/null 3<&- 5>&-; r_metronome; } &
  # The first line is for main: whom to watch, and to end.
  echo "$r_pid $! $r_feed" >&5
  while IFS= read -r r_line; do
    case $r_line in
      beat) r_tell beat ;;
      'data '*) r_pour "${r_line#data }" ;;
      end)
        exec 5>&-
        r_tell end
        ;;
    esac
  done
  r_lose
}

# r_tell WORD…: to the clock.
r_tell() {
  echo "$*" >&7 || r_lose
}

# r_pour N: N bytes to the script, by one process in the background, so that its work can be watched.
r_pour() {
  { trap - PIPE; exec 0<&3 3<&- >&5 5>&- 7>&-; r_take "$1"; } &
  r_tell pour $!
  wait $!
  case $? in
    0) ;;
    1 | 141)
      # EPIPE: the script has closed its stdin. No more verbs can be told from data, but bytes are still signs of life.
      { exec 0<&3 3<&- 5>&- 7>&-; exec cat; } &
      r_tell pour $!
      wait $!
      r_lose
      ;;
    *) r_lose ;;
  esac
}

r_metronome() {
  while :; do
    sleep 1 7>&-
    r_tell tick
  done
}

r_clock() {
  r_silent=0 r_mover='' r_seen=''
  while read -r r_event r_who; do
    case $r_event in
      tick) r_tick ;;
      # A beat comes between the frames: what has moved bytes is done.
      beat) r_silent=0 r_mover='' ;;
      pour) r_silent=0 r_mover=$r_who r_seen='' ;;
      end)
        r_silent=0 r_mover=''
        exec 5>&-
        ;;
    esac
  done
  # Both who talk to us are gone. At the end of all main ends feed before them, but nobody is dead at once; and a signal for
  # top in that moment makes bash forget how main ended.
  r_alive "$r_feed" || exit 0
  exec 6>&-
  sleep 1
  r_alive "$r_feed" || exit 0
  r_lose
}

r_tick() {
  r_alive $$ || r_lose
  r_silent=$((r_silent + 1))
  [ -z "$r_mover" ] || ! kill -0 "$r_mover" || r_moving "$r_mover"
  [ "$r_silent" -lt "$r_limit" ] || r_busy "$r_mover" || r_lose
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
# The script's stdin stays open until main, or without it guard, has ended the script and then feed, also when top is gone.
r_lose() {
  exec 0</dev/null 3<&- 6>&- 7>&-
  # By its identity: another process may have got the number of a top that was killed.
  while r_alive $$ && r_identity $$ && [ "$r_name" = "$r_top" ] && kill -USR1 $$; do sleep 1 5>&-; done
  r_left=$((r_grace + 10))
  while [ "$r_left" -gt 0 ] && r_alive "$r_feed"; do
    sleep 1 5>&-
    r_left=$((r_left - 1))
  done
  exit 1
}
