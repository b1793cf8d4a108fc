# Reads shared/.env by phpdotenv's rules; only names leave the host, and APP_ENV, APP_DEBUG, and whether there is an APP_KEY.
# Values: SHARED, PHP; ENV_FILE (default $SHARED/.env).
# Facts: env.state (ok, missing, empty, directory, unreadable, invalid:line N), env.keys, env.APP_ENV, env.APP_DEBUG,
# env.debug-effective (true, false), env.APP_KEY (present, absent, placeholder).
# with: release.sh env-facts.php
# shellcheck shell=sh disable=SC2154,SC2034,SC2317
OPS_REASON=preflight
OPS_ENV_FILE=${ENV_FILE:-$SHARED/.env}
if [ ! -e "$OPS_ENV_FILE" ]; then ops_fact env.state missing
elif [ -d "$OPS_ENV_FILE" ]; then ops_fact env.state directory
elif [ ! -r "$OPS_ENV_FILE" ]; then ops_fact env.state unreadable
elif command -v "$PHP" >/dev/null 2>&1; then
  export OPS_ENV_FILE
  # Without php.ini: nothing that a host loads is needed, and it starts faster.
  ops_php "$OPS_PHP" -n
fi
