# The bar: the same proof with nothing but public tools. Arguments: MODE (bare, proof, age, script), FOLDER, recipients file, then the dumper and its arguments.
# Prints the hashes; fifos and not >( ), so that every part is waited for.
# shellcheck shell=sh
set -eu
mode=$1 folder=$2 recipients=$3
shift 3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

case $mode in
  bare) "$@" | zstd -q -3 -T0 --check >/dev/null ;;
  proof)
    mkfifo tap
    zstd -q -d <tap | sha256sum &
    "$@" | zstd -q -3 -T0 --check | tee tap | sha256sum
    wait ;;
  age)
    mkfifo tap
    zstd -q -d <tap | sha256sum &
    "$@" | zstd -q -3 -T0 --check | tee tap | "$AGE" -R "$recipients" | sha256sum
    wait ;;
  script)
    # What the usual script does, and what it has to do besides to know that both sides are whole.
    mkdir copy
    "$@" >dump.sql
    gzip dump.sql
    gzip -t dump.sql.gz
    cp dump.sql.gz copy/
    sync copy/dump.sql.gz
    gzip -t copy/dump.sql.gz
    sha256sum dump.sql.gz copy/dump.sql.gz ;;
esac
