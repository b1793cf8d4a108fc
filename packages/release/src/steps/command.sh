# Runs a command of the user in the release: COMMAND is one line for `sh -c`.
# Values: RELEASE_DIR, COMMAND, COMMAND_NAME (the input it came from), COMMAND_REASON, OPS_NAMES (names of all our values).
# Our values are taken out of its environment: phpdotenv lets the environment beat .env, so APP or RUN could become a
# setting. What a command may want to know it gets as OPS_APP, OPS_RELEASE_DIR, OPS_RELEASE_ID and OPS_SHA.
# The lock (fd 9) is closed: a daemon that the command leaves behind must not keep it.
# shellcheck shell=sh disable=SC2154
cd "$RELEASE_DIR"
status=0
(
  OPS_APP=$APP OPS_RELEASE_DIR=$RELEASE_DIR OPS_RELEASE_ID=$RELEASE_ID OPS_SHA=$SHA
  export OPS_APP OPS_RELEASE_DIR OPS_RELEASE_ID OPS_SHA
  command=$COMMAND
  # A list of names, split on purpose.
  # shellcheck disable=SC2086
  unset $OPS_NAMES OPS_NAMES
  exec sh -c "$command" 9>&- </dev/null
) || status=$?
[ "$status" = 0 ] || ops_fail "$COMMAND_REASON" "$COMMAND_NAME failed with exit code $status on $(uname -n)." "Its output stands in the log above; fix the command and run again."
