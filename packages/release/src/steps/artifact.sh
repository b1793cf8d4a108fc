# Puts the uploaded artifact in its place: hash checked, then renamed. Without a payload it must be there already.
# Values: APP; ARTIFACT_KEY: sha256 of the uncompressed tar, 64 hex digits.
# shellcheck shell=sh disable=SC2154
umask 022
target=$STATE/artifacts/$ARTIFACT_KEY.tar.gz
mkdir -p "$STATE/artifacts"
if [ -n "${OPS_PAYLOAD:-}" ]; then
  got=$(gzip -dc <"$OPS_PAYLOAD" 2>/dev/null | sha256sum | cut -c 1-64)
  [ "$got" = "$ARTIFACT_KEY" ] || ops_fail stage "The uploaded artifact arrived damaged on $(uname -n): its sha256 is $got, expected $ARTIFACT_KEY." "Run the job again; if it repeats, check the disk and the memory of the host."
  mv -f "$OPS_PAYLOAD" "$target.tmp" && mv -f "$target.tmp" "$target" || {
    rm -f "$target.tmp"
    ops_fail no-room "The artifact could not be stored in $STATE/artifacts: $(df -Pk "$STATE" | awk 'NR == 2 { print $4 }') KiB are free." "Free space on the host, or lower keep-releases; the live release was not touched."
  }
fi
[ -s "$target" ] || ops_fail stage "The artifact $ARTIFACT_KEY is not on $(uname -n)." "Run the job again; it will be uploaded."
