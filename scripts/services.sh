#!/usr/bin/env bash
# Installs, or only looks for, everything the tests need besides npm. See --help.
# Most functions are called through --step:
# shellcheck shell=bash disable=SC2317
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/pins.env
. "$here/pins.env"
cache=${OPS_TESTBED:-/var/cache/fwber-ops}
suites="bookworm trixie sid"

usage() {
  cat <<X
usage: scripts/services.sh [--check | --where [NAME] | --help]

  (nothing)       install what is missing, then list everything with its version; needs root
  --check         install nothing; exit 1 and say what is missing
  --where [NAME]  print where things are, as NAME=PATH lines (or the one path); looks at nothing

Versions stand in scripts/pins.env. What is not a Debian package of this machine goes into
\$OPS_TESTBED (now $cache): the roots of the test hosts, the trees of the database servers, S3 servers, toxiproxy, age, act and
the linters.
The Debian mirror is this machine's own (apt-get indextargets), or \$DEBIAN_MIRROR.
X
}

# --- where things are --------------------------------------------------------------------------

root_packages() {
  case $1 in
    bookworm) echo "$HOST_PACKAGES $BOOKWORM_PACKAGES" ;;
    *) echo "$HOST_PACKAGES" ;;
  esac
}

# A root is named by its recipe, so that a changed list of packages builds a new one.
root_dir() {
  local key
  key=$({ root_packages "$1"; declare -f build_root; } | sha256sum | cut -c1-10)
  echo "$cache/roots/$1-$key"
}

database_names() { echo "$DATABASES" | awk 'NF { print $1 }'; }
database_suite() { echo "$DATABASES" | awk -v name="$1" '$1 == name { print $2 }'; }
database_packages() { echo "$DATABASES" | awk -v name="$1" '$1 == name { $1 = $2 = ""; print }' | xargs; }

# The tree of one database server: named by its recipe too, so `usr/bin` of a running server never changes under it.
database_dir() {
  local key
  key=$({ database_suite "$1"; database_packages "$1"; declare -f unpack_database relocate; } | sha256sum | cut -c1-10)
  echo "$cache/databases/$1-$key"
}

sample_names() { echo "$SAMPLES" | awk 'NF { print $1 }'; }
sample_artifact() { echo "$SAMPLES" | awk -v name="$1" '$1 == name { print $2 }'; }

# A sample's SQL for each family of databases; named by the artifact and by the program that converts it.
sample_dir() {
  local key
  key=$({ sample_artifact "$1"; cat "$here/samples.py"; } | sha256sum | cut -c1-10)
  echo "$cache/samples/$1-$key"
}

tool_dir() { echo "$cache/tools/$1"; }
python_dir() { tool_dir "python-$ZIZMOR_VERSION-$CHECK_JSONSCHEMA_VERSION-$PROMETHEUS_CLIENT_VERSION"; }

where() {
  local suite name
  for suite in $suites; do echo "$suite=$(root_dir "$suite")"; done
  for name in $(database_names); do echo "$name=$(database_dir "$name")"; done
  for name in $(sample_names); do echo "$name=$(sample_dir "$name")"; done
  echo "act=$(tool_dir "act-$ACT_VERSION")/act"
  echo "actionlint=$(tool_dir "actionlint-$ACTIONLINT_VERSION")/actionlint"
  echo "age=$(tool_dir "age-$AGE_VERSION")/age"
  echo "age-keygen=$(tool_dir "age-$AGE_VERSION")/age-keygen"
  echo "versitygw=$(tool_dir "versitygw-$VERSITYGW_VERSION")/versitygw"
  echo "toxiproxy=$(tool_dir "toxiproxy-$TOXIPROXY_VERSION")/server"
  echo "weed=$(tool_dir "weed-$WEED_VERSION")/weed"
  for name in zizmor check-jsonschema; do echo "$name=$(python_dir)/bin/$name"; done
  echo "prometheus-client=$(python_dir)/bin/python"
}

path_of() { where | sed -n "s/^$1=//p"; }

# --- look ----------------------------------------------------------------------------------------

missing=()
report() { printf '%-22s %s\n' "$1" "$2"; }
lacks() { report "$1" "MISSING: $2"; missing+=("$1"); }

# PACKAGE [ROOT]: its version; nothing when it is not installed.
package_version() {
  { dpkg-query ${2:+--admindir="$2/var/lib/dpkg"} -W -f '${db:Status-Abbrev} ${Version}\n' "$1" 2>/dev/null || :; } | sed -n 's/^ii *//p'
}

missing_packages() {
  local package
  for package in $MACHINE_PACKAGES; do
    [ -n "$(package_version "$package")" ] || echo "$package"
  done
}

look_machine() {
  local package version
  for package in $MACHINE_PACKAGES; do
    version=$(package_version "$package")
    if [ -n "$version" ]; then report "$package" "$version"; else lacks "$package" "not installed"; fi
  done
  if python3 -c 'import venv, ensurepip' 2>/dev/null; then report python3 "$(python3 --version | cut -d' ' -f2)"; else lacks python3 "with its venv module"; fi
  if [ -c /dev/net/tun ]; then report /dev/net/tun yes; else lacks /dev/net/tun "the kernel's tap device"; fi
}

# NAME PATH EXPECTED PACKAGE...: a root stands, and packages the framework the tests were written for.
look_root() {
  local suite=$1 wanted=$2 dir found
  dir=$(root_dir "$suite")
  if [ ! -d "$dir" ]; then lacks "root $suite" "no $dir"; return; fi
  found=$(package_version php-laravel-framework "$dir")
  case $found in
    "$wanted".*) report "root $suite" "Laravel $found, PHP $(package_version php-cli "$dir")" ;;
    *) lacks "root $suite" "packages Laravel ${found:-none}, the tests are written for $wanted: change scripts/pins.env and the tests together" ;;
  esac
}

look_database() {
  local dir found
  dir=$(root_dir bookworm)
  [ -d "$dir" ] || { lacks MariaDB "comes with root bookworm"; return; }
  found=$(package_version mariadb-server "$dir")
  case $found in
    *"$MARIADB_BOOKWORM".*) report MariaDB "$found" ;;
    *) lacks MariaDB "found ${found:-none}, wanted $MARIADB_BOOKWORM" ;;
  esac
}

# NAME: the server of that tree runs from there and is of the product's version.
look_tree() {
  local name=$1 dir found
  dir=$(database_dir "$name")
  if [ ! -d "$dir" ]; then lacks "$name" "no $dir"; return; fi
  found=$(database_version "$name" "$dir")
  case $found in
    "${name#*-}".*) report "$name" "$found" ;;
    *) lacks "$name" "found version ${found:-none} in $dir" ;;
  esac
}

database_version() {
  local program
  for program in "$2"/usr/sbin/mysqld "$2"/usr/sbin/mariadbd "$2"/usr/lib/postgresql/*/bin/postgres; do
    [ -x "$program" ] || continue
    # mysqld  Ver 9.7.1 for …; mariadbd  Ver 11.8.3-MariaDB-… for …; postgres (PostgreSQL) 18.1 (Debian …)
    "$program" --no-defaults --version 2> /dev/null || "$program" --version
    return
  done | sed -nE 's/.*(Ver|PostgreSQL\)) *([0-9][0-9.]*).*/\2/p'
}

look_sample() {
  local dir
  dir=$(sample_dir "$1")
  if [ -f "$dir/rows.tsv" ]; then report "$1" "$(awk '{ rows += $2 } END { print NR " tables, " rows " rows" }' "$dir/rows.tsv")"; else lacks "$1" "no $dir"; fi
}

look_tool() {
  local path
  path=$(path_of "$1")
  if [ -x "$path" ]; then report "$1" "$("$path" --version 2>/dev/null | sed -n '1{s/^.* //;p;}')"; else lacks "$1" "no $path"; fi
}

# A Go program that does not know its own version: the folder's name says it.
look_built() {
  local path
  path=$(path_of "$1")
  if [ -x "$path" ]; then report "$1" "$(basename "$(dirname "$path")" | sed "s/^$1-//")"; else lacks "$1" "no $path"; fi
}

# A Python package: the path is that of the interpreter which has it.
look_library() {
  local version
  version=$("$(path_of "$1")" -c "import importlib.metadata; print(importlib.metadata.version('$1'))" 2>/dev/null) || version=
  if [ -n "$version" ]; then report "$1" "$version"; else lacks "$1" "not in $(python_dir)"; fi
}

look() {
  look_machine
  look_root bookworm "$LARAVEL_BOOKWORM"
  look_root trixie "$LARAVEL_TRIXIE"
  look_root sid "$LARAVEL_SID"
  look_database
  local name tool
  for name in $(database_names); do look_tree "$name"; done
  for name in $(sample_names); do look_sample "$name"; done
  for tool in act actionlint age age-keygen zizmor check-jsonschema; do look_tool "$tool"; done
  for tool in versitygw toxiproxy weed; do look_built "$tool"; done
  look_library prometheus-client
}

# --- install -------------------------------------------------------------------------------------

log_dir=$cache/log

# Runs a function with its output in a log, and prints the log's end when it fails. In a shell of its own, since bash
# ignores `set -e` in everything that runs left of a `||`.
step() {
  local name=$1 begun status=0
  shift
  begun=$(date +%s)
  echo "services: $name ..."
  bash "$here/services.sh" --step "$@" > "$log_dir/$name.log" 2>&1 || status=$?
  if [ "$status" = 0 ]; then echo "services: $name done in $(( $(date +%s) - begun )) s"; return 0; fi
  echo "services: $name FAILED with exit code $status; the end of $log_dir/$name.log:"
  tail -n 25 "$log_dir/$name.log" | sed 's/^/    /'
  return 1
}

install_packages() {
  local packages policy=/usr/sbin/policy-rc.d status=0
  packages=$(missing_packages)
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages="$packages python3-venv"
  command -v mvn > /dev/null || packages="$packages maven"
  [ -n "${packages// /}" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -o DPkg::Lock::Timeout=300 update
  # A package must not start its server on this machine: the tests start their own.
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod 755 "$policy"; else policy=; fi
  # shellcheck disable=SC2086 # a list of words
  apt-get -q -y -o DPkg::Lock::Timeout=300 -o DPkg::Options::=--force-unsafe-io install --no-install-recommends $packages || status=$?
  [ -z "$policy" ] || rm -f "$policy"
  return "$status"
}

mirror() {
  if [ -n "${DEBIAN_MIRROR:-}" ]; then echo "$DEBIAN_MIRROR"; return; fi
  # The archive's main site, not the security one, has every suite.
  # shellcheck disable=SC2016 # apt replaces $(SITE)
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' \
    | grep -v security | sort -u | sed -n 1p
}

build_root() {
  local suite=$1 dir=$2 packages=$3 site=$4
  # The recipe is part of the root's name. shellcheck cannot know that $1 belongs to the hook.
  # shellcheck disable=SC2016
  mmdebstrap --quiet --mode=root --variant=apt --skip=check/empty \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --essential-hook='printf "#!/bin/sh\nexit 101\n" > "$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"' \
    --customize-hook='rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/resolv.conf" "$1/usr/sbin/policy-rc.d"' \
    --include="${packages// /,}" "$suite" "$dir" \
    "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main"
}

install_root() {
  local suite=$1 dir site
  dir=$(root_dir "$suite")
  [ ! -d "$dir" ] || return 0
  site=$(mirror)
  [ -n "$site" ] || { echo "no Debian mirror in apt's configuration; set DEBIAN_MIRROR"; return 1; }
  rm -rf "$cache/roots/$suite".new.*
  build_root "$suite" "$cache/roots/$suite.new.$$" "$(root_packages "$suite")" "$site"
  mv "$cache/roots/$suite.new.$$" "$dir"
  remove_old_roots "$suite" "$dir"
}

# Roots of older recipes, unless a test network is running on one.
remove_old_roots() {
  local suite=$1 keep=$2 old
  [ -z "$(ls -A "$cache/beds" 2>/dev/null)" ] || return 0
  for old in "$cache/roots/$suite"-*; do [ "$old" = "$keep" ] || rm -rf "$old"; done
}

# Packages with all they depend on, unpacked and not configured: no maintainer script runs.
unpack_database() {
  local suite=$1 dir=$2 packages=$3 site=$4
  mmdebstrap --quiet --mode=root --variant=extract --skip=check/empty --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --include="${packages// /,}" "$suite" "$dir" \
    "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main"
}

# TREE PLACE: makes every program of the tree use the loader and the libraries of the tree, which will stand at PLACE. So a server
# of any Debian release runs on this machine, as any user, and needs neither chroot nor root rights.
relocate() {
  local tree=$1 place=$2 loader libraries program
  loader=$(cd "$tree" && ls usr/lib/*/ld-linux*.so.* | sed -n 1p)
  libraries=$(cd "$tree/usr/lib" && find . -maxdepth 3 -type d \( -name '*-linux-gnu' -o -name private -o -name blas \) | sed "s|^\.|$place/usr/lib|" | paste -sd:)
  find "$tree/usr" -type f -perm -100 -path '*bin/*' | while read -r program; do
    patchelf --print-interpreter "$program" > /dev/null 2>&1 || continue
    # DT_RPATH, not RUNPATH: it holds for the libraries' own libraries and for plugins too.
    patchelf --set-interpreter "$place/$loader" --force-rpath --set-rpath "$libraries" "$program"
  done
}

install_database() {
  local name=$1 suite dir new site
  suite=$(database_suite "$name")
  dir=$(database_dir "$name")
  [ ! -d "$dir" ] || return 0
  site=$(mirror)
  [ -n "$site" ] || { echo "no Debian mirror in apt's configuration; set DEBIAN_MIRROR"; return 1; }
  new=$cache/databases/$name.new.$$
  rm -rf "$cache/databases/$name".new.*
  unpack_database "$suite" "$new" "$(database_packages "$name")" "$site" || {
    echo "$name cannot be had: Debian $suite lacks one of $(database_packages "$name"). When the suite has moved on, change scripts/pins.env and the tests together."
    return 1
  }
  relocate "$new" "$dir"
  mv "$new" "$dir"
  remove_old_trees "$name" "$dir"
}

# Trees of older recipes and their templates, unless a server runs from one.
remove_old_trees() {
  local name=$1 keep=$2 old
  for old in "$cache/databases/$name"-*; do
    [ "$old" != "$keep" ] || continue
    # shellcheck disable=SC2010 # links, not names
    if ls -l /proc/[0-9]*/exe 2> /dev/null | grep -qF -- "-> $old/"; then continue; fi
    rm -rf "$old" "$cache/templates/$(basename "$old")"-*
  done
}

# Data directories to copy from; Node comes from npm, and without it each product's first test makes its own.
install_templates() {
  local node=$here/../node_modules/.bin/node
  [ ! -x "$node" ] || "$node" --no-warnings "$here/../test/support/database/prepare.ts"
}

# Maven's own client knows this machine's repository.
install_samples() {
  local name dir new
  for name in $(sample_names); do
    dir=$(sample_dir "$name")
    [ ! -d "$dir" ] || continue
    new=$dir.new.$$
    rm -rf "$cache/samples/$name"-*.new.*
    mkdir -p "$new"
    mvn -q -B dependency:copy -Dartifact="$(sample_artifact "$name")" -DoutputDirectory="$new"
    python3 "$here/samples.py" "$new"/*.jar "$new"
    rm "$new"/*.jar
    mv "$new" "$dir"
  done
}

install_go_tool() {
  local module=$1 version=$2 path=$3 dir
  dir=$(dirname "$path")
  [ ! -x "$path" ] || return 0
  mkdir -p "$dir.new.$$"
  # auto: a tool that needs a newer Go than this machine's gets it as a module.
  GOTOOLCHAIN=auto GOBIN=$dir.new.$$ go install "$module@v$version"
  rm -rf "$dir"
  mv "$dir.new.$$" "$dir"
}

install_go_tools() {
  install_go_tool 'filippo.io/age/cmd/...' "$AGE_VERSION" "$(path_of age)"
  install_go_tool github.com/Shopify/toxiproxy/v2/cmd/server "$TOXIPROXY_VERSION" "$(path_of toxiproxy)"
  install_go_tool github.com/versity/versitygw/cmd/versitygw "$VERSITYGW_VERSION" "$(path_of versitygw)"
  install_go_tool github.com/rhysd/actionlint/cmd/actionlint "$ACTIONLINT_VERSION" "$(path_of actionlint)"
  install_go_tool github.com/nektos/act "$ACT_VERSION" "$(path_of act)"
}

# Not `go install`, which ignores the replacement that this module needs. The longest build of all: see install_everything.
install_weed() {
  local path dir
  path=$(path_of weed)
  dir=$(dirname "$path")
  [ ! -x "$path" ] || return 0
  rm -rf "$cache/tools"/weed-*.new.*
  mkdir -p "$dir.new.$$"
  cd "$dir.new.$$"
  printf 'module ops.test/weed\n\nreplace %s\n' "$WEED_REPLACE" > go.mod
  export GOTOOLCHAIN=auto
  go get -tool "github.com/seaweedfs/seaweedfs/weed@v$WEED_VERSION"
  go build -ldflags='-s -w' -o weed github.com/seaweedfs/seaweedfs/weed
  cd "$cache"
  mv "$dir.new.$$" "$dir"
}

install_python_tools() {
  local dir
  dir=$(dirname "$(dirname "$(path_of zizmor)")")
  # A virtual environment cannot be moved: build in place, remove what an interrupted run left.
  if [ -x "$dir/bin/zizmor" ] && "$dir/bin/python" -c 'import prometheus_client' 2> /dev/null; then return 0; fi
  rm -rf "$dir"
  python3 -m venv "$dir"
  "$dir/bin/pip" install --quiet "check-jsonschema==$CHECK_JSONSCHEMA_VERSION" "zizmor==$ZIZMOR_VERSION" "prometheus-client==$PROMETHEUS_CLIENT_VERSION"
}

install_everything() {
  local suite name pid jobs=() databases=() failed=0
  [ "$(id -u)" = 0 ] || { echo "services: installing needs root; scripts/services.sh --check does not" >&2; exit 1; }
  mkdir -p "$cache/roots" "$cache/databases" "$cache/samples" "$cache/tools" "$log_dir"
  exec 8> "$cache/lock"
  flock 8
  # Two apt runs on one root break each other, so the machine's packages come first; the rest have a root each.
  step packages install_packages || exit 1
  for suite in $suites; do step "root-$suite" install_root "$suite" & jobs+=($!); done
  for name in $(database_names); do step "$name" install_database "$name" & databases+=($!); done
  step samples install_samples & jobs+=($!)
  step python-tools install_python_tools & jobs+=($!)
  step go-tools install_go_tools & jobs+=($!)
  step weed install_weed & jobs+=($!)
  for pid in "${databases[@]}"; do wait "$pid" || failed=1; done
  [ "$failed" = 1 ] || step database-templates install_templates || failed=1
  for pid in "${jobs[@]}"; do wait "$pid" || failed=1; done
  exec 8>&-
  return "$failed"
}

case ${1:-} in
  --help | -h) usage; exit 0 ;;
  --where)
    if [ $# -gt 1 ]; then path_of "$2"; else where; fi
    exit 0 ;;
  --step) shift; "$@"; exit 0 ;; # see step()
  --check) failed=0 ;;
  '') failed=0; install_everything || failed=1 ;;
  *) usage >&2; exit 2 ;;
esac

look
if [ ${#missing[@]} -gt 0 ]; then
  echo
  printf 'missing: %s\n' "$(printf '%s, ' "${missing[@]}" | sed 's/, $//')"
  echo "install with: sudo scripts/services.sh"
  exit 1
fi
exit "$failed"
