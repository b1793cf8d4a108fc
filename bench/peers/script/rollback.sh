#!/bin/sh
# The way back of deploy.sh: one ssh, the release before the live one. Environment: SSH_CONFIG, PEER_HOST, PEER_DIR.
set -eu
exec ssh -F "$SSH_CONFIG" "$PEER_HOST" "APP='$PEER_DIR' sh -s" <<'REMOTE'
set -eu
cd "$APP"
exec 9>>lock
flock -n 9
live=$(basename "$(readlink current)")
before=$(ls releases | sort | grep -B1 "^$live\$" | head -n 1)
[ "$before" != "$live" ]
ln -s "releases/$before" next
mv -fT next current
php current/artisan queue:restart >/dev/null 9>&-
REMOTE
