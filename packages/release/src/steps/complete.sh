# The last act of staging: from here on the directory counts as a release. Values: RELEASE_DIR, COMPLETE_JSON, BEACON, BEACON_PHP.
# shellcheck shell=sh disable=SC2154
umask 022
if [ -n "$BEACON" ] && [ -d "$RELEASE_DIR/public" ]; then
  printf '%s' "$BEACON_PHP" >"$RELEASE_DIR/public/$BEACON"
fi
printf '%s\n' "$COMPLETE_JSON" >"$RELEASE_DIR/.complete.json.tmp"
[ -s "$RELEASE_DIR/.complete.json.tmp" ] || ops_fail no-room "The release $RELEASE_DIR could not be marked complete: the disk is full." "Free space and run again; the old release serves on."
sync "$RELEASE_DIR/.complete.json.tmp" 2>/dev/null || sync
mv -f "$RELEASE_DIR/.complete.json.tmp" "$RELEASE_DIR/.complete.json"
