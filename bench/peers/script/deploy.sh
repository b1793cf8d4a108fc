#!/bin/sh
# A plain hand-written deploy over one ssh: the floor. Environment: SSH_CONFIG, PEER_HOST, PEER_DIR, PEER_REPO (on the host).
set -eu
release=$(date -u +%Y%m%d%H%M%S%N)
exec ssh -F "$SSH_CONFIG" "$PEER_HOST" "APP='$PEER_DIR' REPO='$PEER_REPO' RELEASE=$release sh -s" <<'REMOTE'
set -eu
cd "$APP"
exec 9>>lock
flock -n 9
dir=$APP/releases/$RELEASE
[ -d repo ] || git clone -q --mirror "$REPO" repo
git -C repo remote update --prune >/dev/null 2>&1
mkdir -p "$dir"
git -C repo archive main | tar -x -C "$dir"
rm -rf "$dir/storage"
ln -s ../../shared/storage "$dir/storage"
ln -s ../../shared/.env "$dir/.env"
cd "$dir"
for command in config:cache route:cache view:cache event:cache; do php artisan "$command" >/dev/null; done
php artisan migrate --force >/dev/null
cd "$APP"
ln -s "releases/$RELEASE" next
mv -fT next current
php current/artisan queue:restart >/dev/null 9>&-
cd releases
ls | sort | head -n -3 | xargs -r rm -rf
REMOTE
