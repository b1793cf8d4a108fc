#!/usr/bin/env bash
# shellcheck shell=bash
# usage: demo.sh [--help]   installs what npm must install, builds, and shows two hosts being deployed, broken and repaired
set -euo pipefail
cd "$(dirname "$0")/.."
[ "${1:-}" != --help ] || { sed -n 3p "$0"; exit 0; }
if [ ! -x node_modules/.bin/node ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'Installing packages with npm …'
  npm ci --no-audit --no-fund --loglevel=error
fi
export PATH="$PWD/node_modules/.bin:$PATH"
echo 'Building the actions …'
node scripts/build.ts
exec node scripts/demo.ts
