#!/usr/bin/env bash
# shellcheck shell=bash
# What `npm test` runs: dependencies, build, every test, one line at the end. See --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'X'
usage: scripts/test.sh [--no-build] [JEST ARGUMENTS]

Installs the npm packages when they are missing or older than the lock file, builds the release tree into build/release, and runs
Jest on everything, or on what the arguments name. The last line is "N passed, N failed[, N skipped]"; a test file that could not
run counts as a failed test. Exit code 0 only when nothing failed.

Tests that need services (scripts/services.sh) are skipped without them, and listed at the end;
with CI=true or OPS_REQUIRE_SERVICES=1 they fail instead. OPS_TEST_WORKERS: test files run at once, default 2.
X
}

build=yes
case ${1:-} in
  --help | -h) usage; exit 0 ;;
  --no-build) build=; shift ;;
esac

# Whatever stops this script before the tests, its last line says so.
finished=
trap '[ -n "$finished" ] || echo "0 passed, 1 failed"' EXIT

if [ ! -d node_modules ]; then
  npm ci
elif [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm install
  touch node_modules/.package-lock.json
fi
export PATH="$PWD/node_modules/.bin:$PATH"
[ -z "$build" ] || npm run --silent build

results=$(mktemp)
trap 'rm -f "$results"; [ -n "$finished" ] || echo "0 passed, 1 failed"' EXIT
status=0
node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js \
  --maxWorkers="${OPS_TEST_WORKERS:-2}" --json --outputFile="$results" "$@" || status=$?
finished=yes
node --no-warnings scripts/test-summary.ts "$results" "$status" || status=1
exit "$status"
