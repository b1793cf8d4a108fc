# What becomes of a host copy, once the gate has spoken. Values: VERB (publish or discard) COPY_PARTIAL COPY_FINAL COPY_FOLDER.
# Prints `size sha256` of the published file.
# shellcheck shell=sh disable=SC2154

p_publish() {
  # sync of one file needs coreutils; elsewhere all is synced.
  sync "$COPY_PARTIAL" 2>/dev/null || sync
  # A hard link never overwrites; mv would.
  ln "$COPY_PARTIAL" "$COPY_FINAL" || return 1
  rm -f "$COPY_PARTIAL"
  sync "$COPY_FOLDER" 2>/dev/null || sync
  p_sum=$(sha256sum <"$COPY_FINAL" 2>/dev/null || openssl dgst -sha256 -r <"$COPY_FINAL") || return 1
  p_size=$(wc -c <"$COPY_FINAL") || return 1
  # shellcheck disable=SC2086 # wc pads with blanks
  echo $p_size "${p_sum%% *}"
}

case $VERB in
  publish) p_publish ;;
  *) rm -f "$COPY_PARTIAL" ;;
esac
