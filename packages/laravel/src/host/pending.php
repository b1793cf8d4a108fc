<?php
OpsHost::main('migrate', function (): void {
    OpsHost::boot(['migrate:status']);
    OpsHost::$doing = 'reading which migrations are pending';
    $app = OpsHost::$app;
    $files = $app->bound('migrator') ? OpsMigrations::files() : [];
    OpsHost::fact('migrations.driver', OpsMigrations::driver());
    // No file, nothing that could be pending: an application without a database is not asked for one.
    $ran = [];
    try {
        $ran = $files === [] ? [] : OpsMigrations::ran();
    } catch (Throwable $error) {
        OpsHost::fail(OpsMigrations::unreachable($error), OpsMigrations::REMEDY);
    }
    OpsHost::fact('migrations.table', $files === [] ? 'unknown' : ($ran === null ? 'absent' : 'present'));
    OpsHost::fact('migrations.applied-count', (string) count($ran ?? []));
    OpsHost::fact('migrations.pending', implode(' ', array_diff(array_keys($files), $ran ?? [])));
});
