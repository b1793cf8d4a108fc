# Was the host left alone since its facts were read? Nobody else can have changed it under the lock, so
# the journal's counter and the link tell. A lower counter is a journal that could not be written (full disk).
# Values: APP, EXPECT_CURRENT (target of the link or empty), EXPECT_FENCE (empty: a run was at work meanwhile).
# shellcheck shell=sh disable=SC2154
[ "$(readlink "$APP/current" 2>/dev/null || :)" = "$EXPECT_CURRENT" ] && [ -n "$EXPECT_FENCE" ] && [ "${FENCE:-0}" -le "$EXPECT_FENCE" ] \
  || ops_fail facts-changed "Another run changed $(uname -n) while this one was reading it." "Run again."
