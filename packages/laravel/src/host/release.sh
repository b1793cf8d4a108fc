# What the steps of this package share. Value: PHP. A step sets OPS_REASON, the reason code of its failures.
# shellcheck shell=sh disable=SC2154,SC2034,SC2317

# A variable of ours must not become a setting: phpdotenv lets the environment beat .env, and config:cache keeps it.
# They stay shell variables and are exported no longer.
for ops_name in APP SHARED RELEASE_ID RELEASE_DIR PREVIOUS_DIR CURRENT_DIR PHP RUN SHA JOURNAL ARTIFACT_KEY REPOSITORY \
  GIT_KNOWN_HOSTS APP_ROOT EXCLUDE SHARED_PATHS STORAGE_LINK COMPOSER COMPOSER_FLAGS BUILD_COMMAND SMOKE_COMMAND MIGRATE_COMMAND \
  RESTART_COMMAND DB_LOCK_WAIT_SECONDS MAINTENANCE_RENDER MAINTENANCE_RETRY MAINTENANCE_SECRET BEACON BEACON_PHP BEACON_URL \
  BEACON_EXPECT BEACON_TRIES COMPLETE_JSON PRUNE_RELEASES KEEP_ARTIFACTS BALLAST NEW_ID DETAIL RELOAD_COMMAND HOST_URL \
  HOST_RESOLVE WARM_URLS JOURNAL_REQUIRED EXPECT_CURRENT EXPECT_FENCE PENDING MIGRATED_AT MIGRATION_CLASSES; do
  eval "ops_value=\${$ops_name-}"
  unset "$ops_name"
  eval "$ops_name=\$ops_value"
done

# ops_php CODE [PHP-OPTION…]: runs PHP code, made of host.php and a body, in the working directory. Facts, warnings and
# failures that it reports on fd 3 become ours; its stdout and stderr are shown as they come. Over when PHP is: a daemon
# that it leaves behind may keep the pipe.
ops_php() {
  php_code=$1
  shift
  {
    {
      php_status=0
      "$PHP" "$@" -r "$php_code" 3>&1 >&4 4>&- </dev/null || php_status=$?
      printf 'exit\t%s\n' "$php_status"
    } | {
      php_word='' php_pending='' php_rows=''
      while IFS=$TAB read -r word a b c; do
        case $word in
          fact)
            [ "$a" != migrations.pending ] || php_pending=$b
            ops_fact "$a" "$b"
            ;;
          row) php_rows="$php_rows$a
" ;;
          warn) ops_warn "$a" ;;
          say) printf '%s\n' "$a" ;;
          'done' | fail | died) php_word=$word php_a=$a php_b=$b php_c=$c ;;
          exit) break ;;
        esac
      done
      case $php_word in
        'done') [ -z "$php_rows" ] || ops_fact rows "$php_rows" ;;
        fail) ops_fail "$php_a" "$php_b" "$php_c" ;;
        died) ops_died "PHP ended while $php_b: $php_c (exit code $a)." "Its output stands above; run the same by hand in the release." ;;
        *) ops_died "PHP ended with exit code $a before its work was done." "Its output stands above; check that $PHP runs on this host and that nothing killed it (memory)." ;;
      esac
    } || exit 1
  } 4>&1
}

# ops_died SENTENCE REMEDY: PHP ended without an answer.
ops_died() { ops_fail "$OPS_REASON" "$1" "$2"; }

# ops_here DIR: goes there, by its real path.
ops_here() {
  cd -P "$1" 2>/dev/null || ops_fail "$OPS_REASON" "The directory $1 does not exist or cannot be entered." "Deploy again; if it stays, check its owner and mode."
}
