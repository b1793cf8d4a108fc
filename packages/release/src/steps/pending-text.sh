# Prints the text of pending migrations, for the gate. Values: RELEASE_DIR, PENDING (one name a line).
# shellcheck shell=sh disable=SC2154
cd "$RELEASE_DIR"
printf '%s\n' "$PENDING" | while IFS= read -r name; do
  case $name in '' | */*) continue ;; esac
  file=database/migrations/$name.php
  [ -f "$file" ] || file=$(find . -path './node_modules' -prune -o -type f -path '*/migrations/*' -name "$name.php" -print 2>/dev/null | head -n 1)
  if [ -n "$file" ] && [ -f "$file" ]; then ops_fact "text:$name" "$(head -c 262144 "$file")"
  else ops_warn "The file of the migration $name was not found, so it could not be checked for destructive statements."; fi
done
