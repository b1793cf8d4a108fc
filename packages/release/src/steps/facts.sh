# Facts of one host: reads only, takes no lock, writes nothing.
# Values: APP; DETAIL (full | light: a rollback asks only what it needs); ARTIFACT_KEY or empty; PHP; RELOAD_COMMAND.
# shellcheck shell=sh disable=SC2154
# First the journal, then who holds the lock, then all else: a run that is at work now is named there, and one that
# comes later raises the journal's counter, so with neither nothing below can have been overtaken.
ops_fact journal "$(tail -n 60 "$STATE/journal.ndjson" 2>/dev/null || :)"
if [ -e "$STATE/lock" ]; then ops_fact lock.holder "$(cat "$STATE/lock.json" 2>/dev/null || :)"; fi

ops_fact os "$(uname -s)"
ops_fact node "$(uname -n)"
ops_fact user "$(id -un 2>/dev/null || id -u)"
ops_fact now "$(ops_now)"

near=$APP
while [ ! -d "$near" ]; do near=$(dirname "$near"); done
if [ -d "$APP" ]; then
  if [ -w "$APP" ]; then ops_fact app ok; else ops_fact app unwritable; fi
elif [ -e "$APP" ] || [ -L "$APP" ]; then ops_fact app not-a-directory
elif [ -w "$near" ]; then ops_fact app creatable
else ops_fact app missing; fi
ops_fact app.near "$near"
# Two lines of `hosts` that name one directory: machine, mount namespace, device and inode are all equal.
ops_fact app.identity "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || uname -n) $(readlink /proc/self/ns/mnt 2>/dev/null || uname -n) $(stat -c %d:%i "$near" 2>/dev/null || ls -di "$near") ${APP#"$near"}"
ops_fact id "$(cat "$STATE/id" 2>/dev/null || :)"
for path in releases shared .deploy; do
  if [ -e "$APP/$path" ] && [ ! -w "$APP/$path" ]; then ops_fact "unwritable.$path" "$(ls -ld "$APP/$path")"; fi
done

if [ -L "$APP/current" ]; then
  target=$(readlink "$APP/current")
  ops_fact current "link $target"
  if [ -d "$APP/current/" ]; then ops_fact current.resolves yes; else ops_fact current.resolves no; fi
elif [ -d "$APP/current" ]; then ops_fact current directory
elif [ -e "$APP/current" ]; then ops_fact current file
else ops_fact current absent; fi

releases=
for dir in "$APP"/releases/*/; do
  [ -d "$dir" ] || continue
  dir=${dir%/}
  if [ -s "$dir/.complete.json" ]; then state=complete; else state=incomplete; fi
  releases="$releases${dir##*/} $state
"
done
ops_fact releases "$releases"
ops_fact migrated "$(grep '"phase":"migrated"' "$STATE/journal.ndjson" 2>/dev/null | tail -n 100 || :)"
ops_fact history "$(tail -n 200 "$STATE/history.ndjson" 2>/dev/null || :)"

if [ -e "$STATE/lock" ]; then
  inode=$(ls -i "$STATE/lock" | sed 's/^ *\([0-9]*\).*/\1/')
  if [ ! -r /proc/locks ]; then ops_fact lock unknown
  elif grep -q ":$inode 0 EOF" /proc/locks; then ops_fact lock held
  else ops_fact lock free; fi
else ops_fact lock free; fi

if [ -e "$APP/shared/storage/framework/down" ]; then ops_fact maintenance down; else ops_fact maintenance up; fi
room=$(df -Pk "$near" 2>/dev/null | awk 'NR == 2 { print $4 }' || :)
inodes=$(df -Pi "$near" 2>/dev/null | awk 'NR == 2 { print $4 }' || :)
ops_fact room.kib "${room:-unknown}"
ops_fact room.inodes "${inodes:-unknown}"

tools=
for tool in curl flock gzip tar sha256sum git setsid composer getfacl; do
  if command -v "$tool" >/dev/null 2>&1; then tools="$tools $tool"; fi
done
if mv --version >/dev/null 2>&1; then tools="$tools coreutils"; fi
ops_fact tools "${tools# }"

if [ "$DETAIL" = full ]; then
  if [ -n "$ARTIFACT_KEY" ] && [ -s "$STATE/artifacts/$ARTIFACT_KEY.tar.gz" ]; then ops_fact artifact present; else ops_fact artifact absent; fi
  if [ -n "$PHP" ]; then
    if command -v "$PHP" >/dev/null 2>&1; then
      ops_fact php "$("$PHP" -n -r 'echo PHP_VERSION;' 2>/dev/null || echo broken)"
    else ops_fact php missing; fi
  fi
  # The newest FPM pool settings that this user may read; they decide how often the beacon is asked.
  children=$(cat /etc/php/*/fpm/pool.d/*.conf /etc/php-fpm.d/*.conf 2>/dev/null | sed -n 's/^ *pm\.max_children *= *\([0-9][0-9]*\).*/\1/p' | sort -n | tail -n 1)
  ops_fact fpm.max-children "${children:-unknown}"
  timeout=$(cat /etc/php/*/fpm/php-fpm.conf /etc/php-fpm.conf 2>/dev/null | sed -n 's/^ *process_control_timeout *= *\([0-9a-z]*\).*/\1/p' | tail -n 1)
  ops_fact fpm.process-control-timeout "${timeout:-unknown}"
  if command -v loginctl >/dev/null 2>&1 && grep -qsi '^ *KillUserProcesses *= *yes' /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf; then
    ops_fact logind kills
  fi
  case $RELOAD_COMMAND in
    'sudo '*)
      rest=${RELOAD_COMMAND#sudo }
      rest=${rest#-n }
      # Split on blanks on purpose: this only asks what sudo allows, it runs nothing.
      # shellcheck disable=SC2086
      if command -v sudo >/dev/null 2>&1 && sudo -n -l $rest >/dev/null 2>&1 && sudo -n -l 2>/dev/null | grep 'NOPASSWD' | grep -qF -e "$rest" -e 'NOPASSWD: ALL'; then
        ops_fact sudo proven
      else ops_fact sudo "unproven $rest"; fi ;;
  esac
fi
