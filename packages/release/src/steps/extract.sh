# Unpacks the artifact into the new release directory. A failure leaves no directory behind.
# Values: APP, RELEASE_DIR, ARTIFACT_KEY, SHA.
# shellcheck shell=sh disable=SC2154
umask 022
mkdir -p "$APP/releases"
# tar gives this directory the mode of the folder that was packed, and a private workspace would shut the web server out.
mkdir "$RELEASE_DIR" || ops_fail stage "The release directory $RELEASE_DIR cannot be created." "Check the owner of $APP/releases and the free inodes: df -i $APP"
artifact=$STATE/artifacts/$ARTIFACT_KEY.tar.gz
# gzip dies of a signal when tar has read enough; with exit code 1 it says that the file is damaged.
said=$({ { gzip -dc <"$artifact" 2>/dev/null || { [ $? != 1 ] || echo 'ops: damaged artifact' >&3; }; } | tar -x -o -f - -C "$RELEASE_DIR" 2>&3; } 3>&1) && unpacked=yes || unpacked=no
case $said in
  *'ops: damaged artifact'*)
    # A power cut may leave it so. Gone, it is uploaded anew; kept, it would fail every run of this commit.
    rm -rf "$RELEASE_DIR" "$artifact"
    ops_fail stage "The artifact that $(uname -n) had kept is damaged, and was removed." "Run again; it will be uploaded." ;;
esac
if [ "$unpacked" = yes ] && chmod 755 "$RELEASE_DIR" \
  && printf '%s\n' "$SHA" >"$RELEASE_DIR/REVISION" && [ -s "$RELEASE_DIR/REVISION" ]; then :
else
  free=$(df -Pk "$APP" | awk 'NR == 2 { print $4 }')
  inodes=$(df -Pi "$APP" 2>/dev/null | awk 'NR == 2 { print $4 }')
  rm -rf "$RELEASE_DIR"
  case $said in
    *'No space'* | *'no space'* | *'Disk quota'* | '')
      ops_fail no-room "The disk of $(uname -n) filled up while the release was unpacked ($free KiB and $inodes inodes were left in $APP)." "Free space, or lower keep-releases, and run again; the old release serves on and the half-unpacked one is gone." ;;
    *) ops_fail stage "The artifact could not be unpacked on $(uname -n): $(printf '%s' "$said" | tail -n 1)" "The old release serves on; nothing was left behind." ;;
  esac
fi
