#!/usr/bin/env bash
# shellcheck shell=bash
# Every static check of the tree, all of them even when an early one fails. See --help.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$PWD

usage() {
  cat <<'X'
usage: scripts/lint.sh [--root DIR] [--only NAME[,NAME]] [--help]

  types      tsc
  code       oxlint with types: floating promises, any, !, assertions, file and function length (.oxlintrc.json)
  imports    the arrows between packages and actions, cycles, public faces (.dependency-cruiser.cjs)
  words      nothing of one machine and no forbidden word in the tree
  generated  embedded scripts, action.yml, README tables and schema are what their sources say
  shell      shellcheck on every .sh file
  workflows  actionlint, zizmor and check-jsonschema on workflows, examples and action.yml

--root DIR looks at another tree with the same layout. Programs that npm does not install come from scripts/services.sh;
a missing one is said and passed over, with CI=true it is a failure. Exit code 0 only when nothing was found.
X
}

root=$here
only=
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=$(cd "$2" && pwd) || exit 2; shift 2 ;;
    --only) only=,$2,; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
export PATH="$here/node_modules/.bin:$PATH"
cd "$root" || exit 2
found=()

# NAME COMMAND...: runs it, remembers a failure.
check() {
  local name=$1 output began=$SECONDS
  shift
  [ -z "$only" ] || [[ $only == *",$name,"* ]] || return 0
  if output=$("$@" 2>&1); then
    printf 'ok    %-10s %ss%s\n' "$name" "$((SECONDS - began))" "${output:+ $(tail -n 1 <<<"$output" | cut -c1-160)}"
  else
    printf 'FOUND %s\n' "$name"
    # shellcheck disable=SC2001 # bash itself takes minutes for a long text
    sed 's/^/      /' <<<"$output"
    found+=("$name")
  fi
}

# NAME [PATH]: 0 when the program is there; otherwise says so, and in CI that is a failure.
have() {
  if [ -n "${2:-}" ]; then [ -x "$2" ] && return 0; else command -v "$1" >/dev/null && return 0; fi
  [ -z "$only" ] || return 1
  if [ "${CI:-}" = true ]; then
    printf 'FOUND %s is not installed; install with: scripts/services.sh\n' "$1"
    found+=("$1")
  else
    printf 'SKIP  %s is not installed; install with: scripts/services.sh\n' "$1"
  fi
  return 1
}

generated() {
  local status=0
  node --no-warnings "$here/scripts/embed.ts" --check || status=1
  node --no-warnings "$here/scripts/registry.ts" --check || status=1
  node --no-warnings "$here/scripts/docs.ts" --check || status=1
  return "$status"
}

# Paths of one machine and words that mean something only where this was written. The list is split so that it does not find itself.
words() {
  local pattern='/wo''rk/|/ro''ot/[a-z.]|bash_jo''bs|tool''box|the se''ed\b|/tmp/op''s-brief'
  local files
  files=$(git ls-files -co --exclude-standard 2>/dev/null || find . -type f -not -path './node_modules/*' -not -path './build/*')
  files=$(grep -v -e '^package-lock.json$' -e '^scripts/lint.sh$' <<<"$files")
  if tr '\n' '\0' <<<"$files" | xargs -0 -r grep -nEI -e "$pattern" -- 2>/dev/null; then return 1; fi
  return 0
}

shell_files() { git ls-files -co --exclude-standard '*.sh' 2>/dev/null || find . -name '*.sh' -not -path './node_modules/*'; }

shell() {
  local files
  mapfile -t files < <(shell_files)
  [ "${#files[@]}" -eq 0 ] || shellcheck --external-sources --exclude=SC1091 "${files[@]}"
}

place() { bash "$here/scripts/services.sh" --where "$1"; }

# The linters know local actions and workflows only: they get a copy in which `fwber/ops/…@v1` is what stands in this tree.
local_copy() {
  local copy=$1 file
  mkdir -p "$copy/.github/workflows" && git init -q "$copy" || return 1
  for file in $(workflow_files); do
    [ -e "$file" ] || continue
    sed -E -e 's#fwber/ops/\.github/workflows/([a-z0-9-]+\.yml)@v1#./.github/workflows/\1#' -e 's#fwber/ops/([a-z0-9-]+)@v1#./\1#' "$file" \
      >"$copy/.github/workflows/$(case $file in examples/*) echo example- ;; esac)$(basename "$file")"
  done
  for file in actions/*/action.yml; do
    [ -e "$file" ] || continue
    mkdir -p "$copy/$(basename "$(dirname "$file")")/dist/post"
    cp "$file" "$copy/$(basename "$(dirname "$file")")/action.yml"
    touch "$copy/$(basename "$(dirname "$file")")/dist/index.js" "$copy/$(basename "$(dirname "$file")")/dist/post/index.js"
  done
}

# examples/ops.yml is no workflow: it is copied to .github/ops.yml.
workflow_files() { for file in .github/workflows/*.yml examples/*.yml; do [ ! -e "$file" ] || [ "$file" = examples/ops.yml ] || echo "$file"; done; }

actionlint_() { [ -n "$(workflow_files)" ] || return 0; local copy status=0; copy=$(mktemp -d); local_copy "$copy"; (cd "$copy" && "$(place actionlint)" -no-color) || status=1; rm -rf "$copy"; return "$status"; }
zizmor_() { local files; mapfile -t files < <(workflow_files; ls actions/*/action.yml 2>/dev/null); [ "${#files[@]}" -eq 0 ] || "$(place zizmor)" --offline --persona pedantic --no-progress --quiet --config "$here/.github/zizmor.yml" "${files[@]}"; }
schemas() {
  local files status=0
  mapfile -t files < <(workflow_files)
  [ "${#files[@]}" -eq 0 ] || "$(place check-jsonschema)" --builtin-schema vendor.github-workflows "${files[@]}" || status=1
  mapfile -t files < <(ls actions/*/action.yml 2>/dev/null)
  [ "${#files[@]}" -eq 0 ] || "$(place check-jsonschema)" --builtin-schema vendor.github-actions "${files[@]}" || status=1
  return "$status"
}
workflows() { local status=0; actionlint_ || status=1; zizmor_ || status=1; schemas || status=1; return "$status"; }

check types tsc -p tsconfig.json
mapfile -t code < <(ls -d packages actions test scripts bench proofs 2>/dev/null)
check code oxlint --config .oxlintrc.json --type-aware --format=unix "${code[@]}"
check imports node --no-warnings "$here/scripts/lint-imports.ts" --root "$root"
check words words
check generated generated
have shellcheck && check shell shell
if have actionlint "$(place actionlint)" && have zizmor "$(place zizmor)" && have check-jsonschema "$(place check-jsonschema)"; then check workflows workflows; fi

if [ "${#found[@]}" -gt 0 ]; then
  echo "lint: found something in ${found[*]}"
  exit 1
fi
echo "lint: nothing found"
