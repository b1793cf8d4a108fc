# Was the host left alone since its facts were read? Nobody else can have changed it under the lock, so
# the journal's counter and the link tell. Values: APP, EXPECT_CURRENT (target of the link or empty), EXPECT_FENCE.
# shellcheck shell=sh disable=SC2154
[ "$(readlink "$APP/current" 2>/dev/null || :)" = "$EXPECT_CURRENT" ] && [ "${FENCE:-$EXPECT_FENCE}" = "$EXPECT_FENCE" ] \
  || ops_fail facts-changed "Another run changed $(uname -n) while this one was reading it." "Run again."
