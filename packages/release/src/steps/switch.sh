# Makes RELEASE_ID live by one rename; `current` never points nowhere in between. Works on a full disk:
# a short relative symlink needs no data block. Values: APP, RELEASE_ID, PHP.
# shellcheck shell=sh disable=SC2154
cd "$APP"
if [ -e current ] && [ ! -L current ]; then
  ops_fail switch "$APP/current is a real directory or file, not a link, so it cannot be switched atomically." "Move it away by hand (mv current current.old) once its content is safe, then run again."
fi
[ -s "releases/$RELEASE_ID/.complete.json" ] || ops_fail switch "The release $RELEASE_ID on $(uname -n) is not complete." "Run the deploy again; an unfinished release never goes live."
# Nothing to write then: a host that never switched can go back even where nothing can be written.
if [ "$(readlink current 2>/dev/null || :)" = "releases/$RELEASE_ID" ]; then
  ops_fact unmoved "$RELEASE_ID"
  exit 0
fi
name=.current-$$
rm -f "$name"
ln -s "releases/$RELEASE_ID" "$name" || { rm -f "$STATE/ballast"; ln -s "releases/$RELEASE_ID" "$name"; } || ops_fail switch "No link can be created in $APP." "Check the owner of $APP and free inodes: df -i $APP"
# BusyBox before 1.34 has no mv -T; a plain mv would move the link INTO the old release.
if mv -fT "$name" current 2>/dev/null; then :
elif "${PHP:-php}" -n -r 'exit(rename($argv[1], $argv[2]) ? 0 : 1);' "$name" current 2>/dev/null; then :
elif command -v python3 >/dev/null 2>&1 && python3 -c 'import os,sys; os.rename(sys.argv[1], sys.argv[2])' "$name" current; then :
else
  rm -f "$name"
  ops_fail switch "$(uname -n) has neither mv -T nor a working php, so the link cannot be replaced in one step." "Install coreutils or PHP on the host."
fi
[ "$(readlink current)" = "releases/$RELEASE_ID" ] || ops_fail switch "$APP/current does not point to $RELEASE_ID after the switch." "Another program may be changing it: stop that, then run again."
ops_fact switched "$RELEASE_ID $(ops_now)"
