# A folder on a host as a store; begins with store-folder.sh. VERB says what to do; ETAG is a sha256, SWAP_NAME a folder.
# shellcheck shell=sh disable=SC2154

# Messages are ours to read: the system's words in English.
LC_ALL=C
export LC_ALL

# FILE.ID.partial becomes FILE, unless that name is taken. rename would overwrite, so it is a hard link, or where there
# are none an empty file made exclusively and then replaced.
publish() {
  enter || die 40 "no folder $ROOT"
  descend "$KEY" || die 40 "no folder of $KEY"
  _partial=$FILE.$ID.partial
  if [ -e "./$FILE" ] || [ -L "./$FILE" ]; then die 41 taken; fi
  if ln -- "./$_partial" "./$FILE" 2> /dev/null; then
    rm -f -- "./$_partial"
  else
    if [ -e "./$FILE" ] || [ -L "./$FILE" ]; then die 41 taken; fi
    set -C
    : 2> /dev/null > "./$FILE" || die 41 taken
    set +C
    mv -f -- "./$_partial" "./$FILE" || die 44 "cannot name $(pwd -P)/$FILE"
  fi
  to_disk .
}

# FILE gets the bytes of FILE.ID.partial if its sha256 is still ETAG (any, when empty). A folder made exclusively keeps
# other writers out meanwhile; one that is older than a minute belongs to a process that died.
replace() {
  enter || exit 41
  descend "$KEY" || exit 41
  find "./$SWAP_NAME" -prune -mmin +1 -exec rmdir {} + 2> /dev/null
  if ! mkdir "./$SWAP_NAME" 2> /dev/null; then discard; exit 41; fi
  trap 'rmdir "./$SWAP_NAME" 2> /dev/null' EXIT
  if [ ! -f "./$FILE" ] || { [ -n "$ETAG" ] && [ "$(hash_of "$FILE")" != "$ETAG" ]; }; then rm -f -- "./$FILE.$ID.partial"; exit 41; fi
  mv -f -- "./$FILE.$ID.partial" "./$FILE" || exit 44
  to_disk .
}

discard() {
  rm -f -- "./$FILE.$ID.partial"
}

# A regular file for reading; never through a link.
existing() {
  enter || exit 40
  descend "$KEY" || exit 40
  [ ! -L "./$FILE" ] || die 42 "$(pwd -P)/$FILE is a symbolic link, which is not followed"
  [ -f "./$FILE" ] || exit 40
}

# `BYTES MTIME ./KEY` for each regular file; a name with a newline makes lines that no key fits.
list() {
  enter || exit 0
  _begin=.
  case $KEY in
    */*)
      (descend "$KEY") || exit 0
      _begin=./${KEY%/*}
      ;;
  esac
  [ -d "$_begin" ] || exit 0
  find "$_begin" -type f -exec stat -c '%s %Y %n' -- {} + || die 44 "cannot list $ROOT"
}

remove() {
  enter || exit 0
  descend "$KEY" || exit 0
  rm -f -- "./$FILE" || exit 44
  to_disk .
}

abandon() {
  enter || exit 0
  descend "$KEY" || exit 0
  for _left in "./$FILE".*.partial; do
    _id=${_left#"./$FILE."}
    _id=${_id%.partial}
    case $_id in
      *[!0-9a-f]*) ;;
      ????????????????) rm -f -- "$_left" ;;
    esac
  done
}

case $VERB in
  probe)
    enter make
    : > "./.ops-probe.$ID.partial" || die 44 "cannot write to $ROOT"
    rm -f -- "./.ops-probe.$ID.partial"
    ;;
  receive) receive ;;
  publish) publish ;;
  replace) replace ;;
  discard) enter && descend "$KEY" && discard ;;
  hash) existing; printf '%s %s\n' "$(size_of "$FILE")" "$(hash_of "$FILE")" ;;
  head) existing; stat -c '%s %Y %n' -- "./$FILE" || exit 44 ;;
  read) existing; cat -- "./$FILE" || exit 44 ;;
  list) list ;;
  remove) remove ;;
  abandon) abandon ;;
esac
