# Runs a command of the user in the release: COMMAND is one line for `sh -c`, or SCRIPT_FILE a script of the repository.
# Values: RELEASE_DIR, COMMAND, COMMAND_NAME (the input it came from), COMMAND_REASON.
# The lock (fd 9) is closed: a daemon that the command leaves behind must not keep it.
# shellcheck shell=sh disable=SC2154
cd "$RELEASE_DIR"
status=0
sh -c "$COMMAND" 9>&- </dev/null || status=$?
[ "$status" = 0 ] || ops_fail "$COMMAND_REASON" "$COMMAND_NAME failed with exit code $status on $(uname -n)." "Its output stands above; fix the command and run again."
