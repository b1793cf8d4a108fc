<?php
// Runs what is pending, under the lock that `migrate --isolated` takes (the same mutex, so both exclude each other),
// with a limit on waiting for table locks that lives and ends with this process's database sessions.
OpsHost::main('migrate', function (): void {
    OpsHost::boot(['migrate', '--force']);
    OpsHost::$doing = 'reading which migrations are pending';
    OpsHost::fact('migrations.driver', OpsMigrations::driver());
    try {
        $pending = OpsMigrations::files() === [] ? [] : OpsMigrations::pending();
    } catch (Throwable $error) {
        OpsHost::fail(OpsMigrations::unreachable($error), OpsMigrations::REMEDY);
    }
    if (getenv('OPS_PHASE') === 'look') {
        $before = array_filter(explode(' ', (string) getenv('OPS_BEFORE')));
        // Nobody counted; what is not transactional may be half done.
        OpsOutcome::tell($before, $pending, 1, (string) getenv('OPS_DIED'), ['transactional' => OpsMigrations::driver() === 'pgsql', 'statements' => null]);

        return;
    }
    OpsHost::fact('migrations.pending', implode(' ', $pending));
    if ($pending === []) {
        OpsHost::fact('migrations.ran', '');
        OpsHost::fact('migrations.left', '');
        OpsHost::report('say', 'No migrations are pending.');

        return;
    }
    $mutex = OpsIsolation::take();
    if ($mutex === 'held') {
        OpsHost::fail('Another process holds the lock of migrate --isolated; it was waited for '.OpsIsolation::waited().' s.', 'If a migration is running, let it end and deploy again. If none is (it was killed), the lock ends by itself an hour after it was taken.');
    }
    $current = OpsOutcome::watch((int) getenv('OPS_LOCK_WAIT'));
    try {
        [$exit, $last] = OpsHost::call('migrate', ['--force' => true]);
    } finally {
        OpsIsolation::give($mutex);
    }

    OpsHost::$doing = 'reading what the migrations left';
    // The connection may be what failed.
    foreach (array_keys(OpsHost::$app['db']->getConnections()) as $name) {
        OpsHost::$app['db']->purge($name);
    }
    try {
        $left = OpsMigrations::pending();
    } catch (Throwable $error) {
        OpsHost::fail("artisan migrate ended with exit code $exit ($last), and what it applied is unknown. ".OpsMigrations::unreachable($error), 'The old release serves. Look at the table migrations by hand before the next deploy.');
    }
    OpsOutcome::tell($pending, $left, $exit, "artisan migrate failed with exit code $exit: $last", ['transactional' => $current->transactional, 'statements' => $current->running ? $current->statements : 0]);
});
