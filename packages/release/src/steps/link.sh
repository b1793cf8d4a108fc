# Links the shared paths into the release. A shared path that is not there yet is seeded from the release,
# except a file named .env, which only people create. Values: RELEASE_DIR, APP, SHARED_PATHS (one relative path a line),
# STORAGE_LINK (yes: public/storage -> storage/app/public, as `artisan storage:link` makes it).
# shellcheck shell=sh disable=SC2154
umask 022
printf '%s\n' "$SHARED_PATHS" | while IFS= read -r path; do
  [ -n "$path" ] || continue
  shared=$APP/shared/$path
  inside=$RELEASE_DIR/$path
  if [ ! -e "$shared" ] && [ ! -L "$shared" ]; then
    case ${path##*/} in
      .env) ops_fail preflight "$shared does not exist." "Create it on the host by hand (it is never written by a deploy), for example from .env.example, then run again." ;;
    esac
    mkdir -p "$(dirname "$shared")"
    # What a run that died while copying left; cp would put the next copy into it.
    rm -rf "$shared.seed"
    if [ -e "$inside" ]; then cp -a "$inside" "$shared.seed" && mv "$shared.seed" "$shared"
    else mkdir -p "$shared"; fi
  fi
  if [ -d "$shared" ]; then
    case $path in storage | */storage)
      mkdir -p "$shared/app/public" "$shared/framework/cache/data" "$shared/framework/sessions" "$shared/framework/views" "$shared/logs" ;;
    esac
  fi
  rm -rf "$inside"
  mkdir -p "$(dirname "$inside")"
  up=../..
  rest=$path
  while [ "${rest%/*}" != "$rest" ]; do up=$up/..; rest=${rest%/*}; done
  ln -s "$up/shared/$path" "$inside"
  [ -e "$inside" ] || ops_fail stage "The link $inside leads nowhere." "Check shared: $path must be a path inside the application."
done
if [ "${STORAGE_LINK:-no}" = yes ] && [ -d "$RELEASE_DIR/public" ] && [ ! -e "$RELEASE_DIR/public/storage" ] && [ ! -L "$RELEASE_DIR/public/storage" ]; then
  ln -s ../storage/app/public "$RELEASE_DIR/public/storage"
fi
