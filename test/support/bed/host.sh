#!/bin/sh
# usage: host.sh DIR LOWER NAME BOOT APPDIR APPFS   (in the mount namespace of the bed)
# Turns the power of one host on: DIR/root is an overlay on LOWER that outlives the power, APPFS what APPDIR lies on
# ("" or the options of a tmpfs). The process then becomes the host's first one, in namespaces of its own, running BOOT.
set -eu
dir=$1 lower=$2 name=$3 boot=$4 appdir=$5 appfs=$6
root=$dir/root

if [ ! -d "$root" ]; then
  mkdir -p "$dir/upper" "$dir/work" "$root"
  mount -t overlay overlay -o "lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work" "$root"
  mkdir -p "$root$appdir" "$root/opt/bed"
  cp "$dir/bed/"* "$root/opt/bed/"
  [ -z "$appfs" ] || mount -t tmpfs -o "$appfs,mode=755" none "$root$appdir"
  echo "$name" > "$root/etc/hostname"
  printf '127.0.0.1 localhost %s\n' "$name" > "$root/etc/hosts"
fi

# No --mount-proc: boot.sh mounts what belongs to the new root. --kill-child: no first process without its parent.
exec unshare --net --mount --pid --uts --ipc --fork --kill-child --root="$root" --wd=/ \
  /bin/bash "/opt/bed/$boot"
