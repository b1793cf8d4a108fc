# Takes back a first deploy, if `current` still points to RELEASE_ID: the link that another tool or a run that died had
# made comes back (BEFORE_LINK, its target); without one `current` goes. Values: APP, RELEASE_ID, BEFORE_LINK (may be empty).
# shellcheck shell=sh disable=SC2154
cd "$APP"
if [ "$(readlink current 2>/dev/null || :)" = "releases/$RELEASE_ID" ]; then
  if [ -n "$BEFORE_LINK" ]; then
    name=.current-$$
    rm -f "$name"
    ln -s "$BEFORE_LINK" "$name"
    # Where mv has no -T it would move the link INTO the new release; a moment without `current` is better than that.
    mv -fT "$name" current 2>/dev/null || { rm -f current && mv "$name" current; }
  else rm -f current; fi
fi
[ ! -L current ] || [ "$(readlink current)" = "$BEFORE_LINK" ] || ops_warn "current on $(uname -n) points elsewhere by now; it was left alone."
