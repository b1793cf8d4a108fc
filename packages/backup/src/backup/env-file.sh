# Prints the .env of an application: $ENV_FILE, or the first that stands in the app dir $APP_DIR. On stderr its path, and the
# versions of the framework and of phpdotenv, as far as vendor/ tells: ops-env PATH, ops-laravel MAJOR, ops-phpdotenv VERSION.
# shellcheck shell=sh disable=SC2154
if [ -n "$ENV_FILE" ]; then set -- "$ENV_FILE"; else set -- "$APP_DIR/current/.env" "$APP_DIR/shared/.env" "$APP_DIR/.env"; fi
for file in "$@"; do
  [ -e "$file" ] || continue
  if [ ! -f "$file" ]; then echo "ops-env-kind $file" >&2; exit 66; fi
  if [ ! -r "$file" ]; then echo "ops-env-closed $file" >&2; exit 77; fi
  printf 'ops-env %s\n' "$file" >&2
  for app in "$APP_DIR/current" "$APP_DIR" "${file%/*}"; do
    lock=$app/composer.lock
    [ -r "$lock" ] || continue
    awk '
      /"name": "laravel\/framework"/ { want = "ops-laravel" }
      /"name": "vlucas\/phpdotenv"/ { want = "ops-phpdotenv" }
      want != "" && /"version":/ { gsub(/[",v]/, "", $2); print want, $2; want = "" }' "$lock" >&2
    break
  done
  # Far more than any .env; a log by mistake shall not come over.
  head -c 1048577 <"$file"
  exit 0
done
echo "ops-env-none $*" >&2
exit 66
