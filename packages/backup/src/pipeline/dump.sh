# One artifact, near the database: logins into files, the dumpers one after another into one pipe, the codec, and what each
# of them said. Neither `set -e` nor pipefail: a stage that fails must still leave its status, and the last line on stderr,
# `NONCE codec=zstd dump=0 zstd=0`, is what the gate believes. A missing line or a missing stage is a killed stage.
# Values, all exported by the frame: NONCE COMMANDS LOGINS ENVS BEFORE CODEC LEVEL GZIP_LEVEL ADAPT COPIES PRIMARY (1: the first
# copy is no copy), per command N: ID_N PROGRAM_N ARGS_N ARG_N_I [FILE_N_I]; `before` is command 0; per file on this host:
# COPY_ROOT_N COPY_KEY_N COPY_ID_N COPY_NEED_KIB_N; with those store-folder.sh stands before this. Secrets: LOGIN_TEXT_N.
# shellcheck shell=sh disable=SC2154

# d_word KEY: the argument in d_word; `=text`, or `@prefix` before the path of a file in the private directory.
d_word() {
  eval "d_word=\$ARG_$1"
  case $d_word in
    @*) eval "d_word=\${d_word#@}\$D/\$FILE_$1" ;;
    *) d_word=${d_word#=} ;;
  esac
}

d_logins() {
  d_i=0
  while [ "$d_i" -lt "$LOGINS" ]; do
    d_i=$((d_i + 1))
    eval "d_name=\$LOGIN_NAME_$d_i"
    # printf is part of the shell: no argv shows the text.
    eval "printf '%s' \"\$LOGIN_TEXT_$d_i\"" >"$D/$d_name" || return 1
  done
}

# d_run N: becomes command N. Its words leave the environment, so that a long list of tables counts once.
d_run() {
  d_n=$1
  d_i=0
  set --
  eval "d_count=\$ARGS_$d_n"
  while [ "$d_i" -lt "$d_count" ]; do
    d_i=$((d_i + 1))
    d_word "${d_n}_$d_i"
    set -- "$@" "$d_word"
    unset "ARG_${d_n}_$d_i"
  done
  d_i=0
  while [ "$d_i" -lt "$ENVS" ]; do
    d_i=$((d_i + 1))
    d_word "ENV_$d_i"
    eval "d_name=\$ENV_NAME_$d_i"
    # shellcheck disable=SC2163 # the name is a value
    export "$d_name=$d_word"
    unset "ARG_ENV_$d_i"
  done
  eval "d_program=\$PROGRAM_$d_n"
  exec "$d_program" "$@"
}

# d_stage N: runs command N and keeps its status. Not in the foreground, so that d_unread can end it.
d_stage() {
  (d_run "$1") </dev/null &
  d_pid=$!
  echo "$d_pid" >"$D/.running"
  [ ! -e "$D/.unread" ] || kill -TERM "$d_pid"
  wait "$d_pid"
  d_status=$?
  rm -f "$D/.running"
  # Ended by us and not by itself: what it would have got from the pipe.
  [ ! -e "$D/.unread" ] || [ "$d_status" = 0 ] || d_status=141
  eval "d_id=\$ID_$1"
  echo "$d_status" >"$D/.status-$d_id"
  return "$d_status"
}

d_dump() {
  d_c=0
  while [ "$d_c" -lt "$COMMANDS" ]; do
    d_c=$((d_c + 1))
    d_stage "$d_c" || break
  done
}

# d_unread: nobody reads the dumper any more. One that waits for a lock writes nothing, and would not find out before it has it.
d_unread() {
  : >"$D/.unread"
  [ ! -s "$D/.running" ] || kill -TERM "$(cat "$D/.running")" 2>/dev/null
}

d_pack() {
  case $d_codec in
    zstd)
      d_threads=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
      [ "$d_threads" -le 4 ] || d_threads=4
      if [ "$ADAPT" = 1 ]; then zstd -q "-T$d_threads" --check "--adapt=min=1,max=$LEVEL"
      else zstd -q "-$LEVEL" "-T$d_threads" --check; fi
      ;;
    gzip) gzip "-$GZIP_LEVEL" ;;
    *) cat ;;
  esac
  d_status=$?
  echo "$d_status" >"$D/.status-$d_codec"
  [ "$d_status" = 0 ] || d_unread
}

# d_receive N: what tee puts into pipe N becomes an unfinished file of a store on this host, in the way of store-folder.sh.
d_receive() {
  (
    # Messages are ours to read.
    LC_ALL=C
    export LC_ALL
    eval "ROOT=\$COPY_ROOT_$1 KEY=\$COPY_KEY_$1 ID=\$COPY_ID_$1 NEED_KIB=\$COPY_NEED_KIB_$1"
    receive
  ) >"$D/.copied-$1" 2>&1
  echo $? >"$D/.status-copy-$1"
  # A full disk costs the copy, not the backup: the pipe is emptied. Without the primary the rest is worth nothing, and ends here.
  if [ "$PRIMARY$1" != 11 ]; then cat >/dev/null
  elif [ "$(cat "$D/.status-copy-$1")" != 0 ]; then d_unread; fi
}

d_receivers() {
  d_c=0
  while [ "$d_c" -lt "$COPIES" ]; do
    d_c=$((d_c + 1))
    if mkfifo -m 600 "$D/.copy-$d_c" 2>"$D/.copied-$d_c"; then d_receive "$d_c" <"$D/.copy-$d_c" &
    else echo 44 >"$D/.status-copy-$d_c"; fi
  done
}

d_tee() {
  set --
  d_c=0
  while [ "$d_c" -lt "$COPIES" ]; do
    d_c=$((d_c + 1))
    [ ! -p "$D/.copy-$d_c" ] || set -- "$@" "$D/.copy-$d_c"
  done
  tee "$@"
  d_status=$?
  echo "$d_status" >"$D/.status-tee"
  [ "$d_status" = 0 ] || d_unread
}

# d_received: until every receiver has ended.
d_received() {
  d_c=0
  while [ "$d_c" -lt "$COPIES" ]; do
    d_c=$((d_c + 1))
    # A tee that never came to open its pipes would leave their readers waiting for ever.
    # shellcheck disable=SC2188 # to open it is all that is wanted
    [ ! -p "$D/.copy-$d_c" ] || : <>"$D/.copy-$d_c"
  done
  wait
}

# d_copies: for each copy `NONCE copy N STATUS` and what was said last, of a whole one `BYTES SHA256`.
d_copies() {
  d_c=0
  while [ "$d_c" -lt "$COPIES" ]; do
    d_c=$((d_c + 1))
    [ ! -s "$D/.status-copy-$d_c" ] || printf '\n%s copy %s %s %s\n' "$NONCE" "$d_c" "$(cat "$D/.status-copy-$d_c")" "$(tail -n 1 "$D/.copied-$d_c")" >&2
  done
}

# d_say: the line for the gate. Stages that never ran have no status.
d_say() {
  set -- "$NONCE" "codec=$d_codec"
  d_c=0
  [ "$BEFORE" = 1 ] || d_c=1
  while [ "$d_c" -le "$COMMANDS" ]; do
    eval "set -- \"\$@\" \"\$ID_$d_c\""
    d_c=$((d_c + 1))
  done
  d_line="$1 $2"
  shift 2
  for d_id in "$@" "$d_codec" tee; do
    [ ! -s "$D/.status-$d_id" ] || d_line="$d_line $d_id=$(cat "$D/.status-$d_id")"
  done
  printf '\n%s\n' "$d_line" >&2
}

d_main() {
  d_codec=$CODEC
  if [ "$d_codec" = zstd ] && ! command -v zstd >/dev/null; then d_codec=gzip; fi
  if ! d_logins; then echo 'cannot write into the private directory' >&2; exit 1; fi
  if [ "$BEFORE" = 1 ] && ! d_stage 0 >&2; then
    d_say
    exit 0
  fi
  if [ "$COPIES" = 0 ]; then
    d_dump | d_pack
  else
    d_receivers
    d_dump | d_pack | d_tee
    d_received
    d_copies
  fi
  d_say
  exit 0
}

d_main
