# Takes back a first deploy: removes `current` if it still points to RELEASE_ID. Values: APP, RELEASE_ID.
# shellcheck shell=sh disable=SC2154
cd "$APP"
if [ "$(readlink current 2>/dev/null || :)" = "releases/$RELEASE_ID" ]; then rm -f current; fi
[ ! -L current ] || ops_warn "current on $(uname -n) points elsewhere by now; it was left alone."
