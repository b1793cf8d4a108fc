# Removes a staged release that never went live. Values: APP, RELEASE_ID.
# shellcheck shell=sh disable=SC2154
cd "$APP"
[ "$(readlink current 2>/dev/null || :)" != "releases/$RELEASE_ID" ] || exit 0
rm -f "releases/$RELEASE_ID/.complete.json"
rm -rf "releases/$RELEASE_ID" || ops_warn "The dropped release $RELEASE_ID could not be removed wholly; the next run does it."
