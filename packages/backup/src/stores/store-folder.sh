# A folder on a host that holds backups: how one looks whether it is a fit place, goes into it, and writes a file there that has
# no final name yet. ROOT is the folder, KEY the file's name below it, ID a random word, NEED_KIB the room that is expected.
# Exit codes that mean something: 40 no such file, 41 the name is taken, 42 not a fit place, 43 no room, 44 cannot write or
# read. Names come as values of variables only, and may hold blanks and quotes. Whoever reads the messages sets LC_ALL=C.
# shellcheck shell=sh disable=SC2034,SC2154

die() {
  _status=$1
  shift
  printf '%s\n' "ops: $*" >&2
  exit "$_status"
}

# What a web server or a commit would publish is no place for backups.
guard() {
  _at=$1
  while :; do
    [ ! -e "$_at/.git" ] || die 42 "$_at is a git work tree, and a commit would take them along"
    _name=${_at##*/}
    case $_name in
      public | public_html | htdocs | html | www | web)
        if [ -e "$_at/index.php" ] || [ -e "$_at/index.html" ]; then die 42 "$_at is the root of a web site, which would hand them out"; fi
        ;;
    esac
    # Laravel links public/storage to storage/app/public.
    case $_at in
      */storage/app/public) [ ! -e "${_at%/storage/app/public}/artisan" ] || die 42 "$_at is what Laravel publishes as /storage" ;;
    esac
    [ -n "$_at" ] || break
    _at=${_at%/*}
  done
}

# Goes into ROOT by its true path, made (0700) when `make` is said.
enter() {
  if [ "${1:-}" = make ]; then
    mkdir -p -- "$ROOT" || die 44 "cannot make the folder $ROOT"
  fi
  [ -d "$ROOT" ] || return 1
  cd -- "$ROOT" || die 44 "cannot enter $ROOT"
  ROOT=$(pwd -P)
  cd -- "$ROOT" || die 44 "cannot enter $ROOT"
  guard "$ROOT"
  case $(ls -ld .) in
    d???????w*) die 42 "everybody on this host may write to $ROOT, so anybody could swap a backup; run: chmod o-w $ROOT" ;;
  esac
}

# Walks from ROOT down to the folder of the file, which becomes the current one; FILE is its name there. No link is
# followed. With `make` missing folders are made.
descend() {
  _rest=$1
  while :; do
    case $_rest in
      */*) _part=${_rest%%/*} _rest=${_rest#*/} ;;
      *) break ;;
    esac
    if [ -L "$_part" ]; then die 42 "$(pwd -P)/$_part leads elsewhere by a symbolic link, which is not followed"; fi
    if [ ! -d "$_part" ]; then
      [ "${2:-}" = make ] || return 1
      # Another writer may make it at the same moment.
      mkdir -- "./$_part" 2> /dev/null || [ -d "$_part" ] || die 44 "cannot make the folder $(pwd -P)/$_part"
    fi
    # -P, and a look back: nobody may have put a link there meanwhile.
    _here=$(pwd -P)
    cd -P -- "./$_part" || die 44 "cannot enter $_here/$_part"
    [ "$(pwd -P)" = "${_here%/}/$_part" ] || die 42 "$_here/$_part leads elsewhere by a symbolic link, which is not followed"
  done
  FILE=$_rest
}

# sha256 of a file by whatever the host has; empty when it has nothing.
hash_of() {
  _line=
  if command -v sha256sum > /dev/null 2>&1; then _line=$(sha256sum < "./$1")
  elif command -v openssl > /dev/null 2>&1; then _line=$(openssl dgst -sha256 -r < "./$1")
  elif command -v shasum > /dev/null 2>&1; then _line=$(shasum -a 256 < "./$1")
  elif command -v busybox > /dev/null 2>&1; then _line=$(busybox sha256sum < "./$1")
  fi
  printf '%s' "${_line%% *}"
}

size_of() {
  _size=$(wc -c < "./$1") || return 1
  # BSD's wc pads with blanks.
  echo $((_size))
}

# To the disk: the file or folder alone where sync can do that, else everything.
to_disk() {
  sync "$1" 2> /dev/null || sync
}

free_kib() {
  df -Pk . 2> /dev/null | {
    read -r _ && read -r _line || exit 0
    # A device's name may hold blanks: the percentage marks the place, and what is free stands before it.
    set -f
    _free='' _used=''
    for _word in ${_line%%%*}; do _free=$_used _used=$_word; done
    printf '%s' "$_free"
  }
}

# stdin into FILE.ID.partial; says `BYTES SHA256`. The final name comes later and only by `publish`: the end of stdin can
# also be the end of the connection.
receive() {
  enter make
  descend "$KEY" make
  _free=$(free_kib)
  case $_free in
    '' | *[!0-9]*) ;;
    *) [ "$_free" -ge "$NEED_KIB" ] || die 43 "$NEED_KIB KiB are expected and $_free are free" ;;
  esac
  _partial=$FILE.$ID.partial
  set -C
  : > "./$_partial" || die 44 "cannot write $(pwd -P)/$_partial"
  set +C
  # shellcheck disable=SC2064 # the name as it is now
  trap 'rm -f -- "./$_partial"' HUP INT TERM
  _said=$(cat 2>&1 > "./$_partial") || {
    rm -f -- "./$_partial"
    case $_said in
      *'No space'* | *quota*) die 43 'nothing more could be written' ;;
      *) die 44 "$_said" ;;
    esac
  }
  to_disk "./$_partial"
  printf '%s %s\n' "$(size_of "$_partial")" "$(hash_of "$_partial")"
}
