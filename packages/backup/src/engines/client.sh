# Runs one client with the login files of its private directory; its stdin is ours. Values come numbered from 1:
# FILE_NAME_n (text in FILE_TEXT_n, a secret), ARG_n, ENV_NAME_n and ENV_TEXT_n; ARG_FILE_n and ENV_FILE_n, when not empty,
# name a file of the private directory whose path comes last.
# shellcheck shell=sh disable=SC2154
n=1
while [ "$n" -le "$FILES" ]; do
  eval "printf '%s' \"\$FILE_TEXT_$n\" >\"\$D/\$FILE_NAME_$n\"" || exit 74
  n=$((n + 1))
done
n=1
while [ "$n" -le "$ENVS" ]; do
  eval "export \"\$ENV_NAME_$n=\$ENV_TEXT_$n\${ENV_FILE_$n:+\$D/\$ENV_FILE_$n}\""
  n=$((n + 1))
done
set --
n=1
while [ "$n" -le "$ARGS" ]; do
  eval "set -- \"\$@\" \"\$ARG_$n\${ARG_FILE_$n:+\$D/\$ARG_FILE_$n}\""
  n=$((n + 1))
done
"$PROGRAM" "$@"
