# Source `git`: fetches the exact commit into a mirror on the host and unpacks it. No working copy, no checkout.
# Values: APP, RELEASE_DIR, SHA, APP_ROOT (folder inside the repository, `.` for all), REPOSITORY, EXCLUDE (one name a line);
# GIT_KNOWN_HOSTS (file text or empty); secret DEPLOY_KEY or empty: given to an agent that is a child of this step, never on disk.
# shellcheck shell=sh disable=SC2154
umask 022
command -v git >/dev/null 2>&1 || ops_fail stage "git is not installed on $(uname -n)." "Install git there, or use source: . so that the job sends the files."
mirror=$STATE/mirror.git
g() { git -c gc.auto=0 -c maintenance.auto=false -C "$mirror" "$@"; }
[ -d "$mirror" ] || git -c gc.auto=0 init -q --bare "$mirror"
scratch=$(mktemp -d)
agent=
trap 'rm -rf "$scratch"; [ -z "$agent" ] || kill "$agent" 2>/dev/null || :' EXIT
trap 'exit 143' TERM INT HUP
printf '%s\n' "${GIT_KNOWN_HOSTS:-}" >"$scratch/known_hosts"
GIT_SSH_COMMAND="ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=$scratch/known_hosts -o GlobalKnownHostsFile=none -o ConnectTimeout=15"
GIT_TERMINAL_PROMPT=0
export GIT_SSH_COMMAND GIT_TERMINAL_PROMPT
if [ -n "${DEPLOY_KEY:-}" ]; then
  command -v ssh-agent >/dev/null 2>&1 || ops_fail stage "ssh-agent is not installed on $(uname -n), so deploy-key cannot be used without writing it to disk." "Install openssh-client on the host."
  eval "$(ssh-agent -s 9>&-)" >/dev/null
  agent=$SSH_AGENT_PID
  key=$DEPLOY_KEY
  unset DEPLOY_KEY
  printf '%s\n' "$key" | ssh-add -q - 2>/dev/null || ops_fail stage "The deploy-key was not accepted by ssh-add on $(uname -n)." "Give the private key of the repository's deploy key, unencrypted, with its BEGIN and END lines."
  unset key
fi
if ! g cat-file -e "$SHA^{commit}" 2>/dev/null; then
  said=$(g fetch -q --no-tags --depth=1 -- "$REPOSITORY" "$SHA" 2>&1) || {
    # Some servers refuse a bare commit id; every branch then brings it.
    said=$(g fetch -q --no-tags -- "$REPOSITORY" '+refs/heads/*:refs/heads/*' 2>&1) || ops_fail stage "git could not fetch from the repository on $(uname -n): $(printf '%s' "$said" | grep -v '^ *$' | tail -n 1)" "Check repository, deploy-key and that the git server's host key stands in known-hosts."
  }
fi
g cat-file -e "$SHA^{commit}" 2>/dev/null || ops_fail stage "The commit $SHA is not in the repository." "Push the commit first; ref must name a commit that the repository has."
g update-ref "refs/ops/kept/$SHA" "$SHA"
case $APP_ROOT in .) tree=$SHA ;; *) tree=$SHA:$APP_ROOT ;; esac
g cat-file -e "$tree" 2>/dev/null || ops_fail stage "The commit $SHA has no folder $APP_ROOT." "Set app-root to the folder of the application inside the repository."
mkdir -p "$APP/releases"
mkdir "$RELEASE_DIR" || ops_fail stage "The release directory $RELEASE_DIR cannot be created." "Check the owner of $APP/releases and the free inodes: df -i $APP"
if g archive --format=tar "$tree" >"$scratch/tree.tar" && tar -x -o -f "$scratch/tree.tar" -C "$RELEASE_DIR" && printf '%s\n' "$SHA" >"$RELEASE_DIR/REVISION"; then :
else
  rm -rf "$RELEASE_DIR"
  ops_fail no-room "The commit could not be unpacked into $RELEASE_DIR; $(df -Pk "$APP" | awk 'NR == 2 { print $4 }') KiB are free there." "Free space and run again; the old release serves on."
fi
printf '%s\n' "$EXCLUDE" | while IFS= read -r name; do
  case $name in '' | . | .. | */*) continue ;; esac
  find "$RELEASE_DIR" -name "$name" -prune -exec rm -rf {} + || :
done
