<?php
// `migrate --pretend`, one file at a time, so that each statement has the name of its migration. Not dry: it creates the
// table migrations and executes the PHP of up().
OpsHost::main('migrate', function (): void {
    OpsHost::boot(['migrate', '--pretend']);
    $files = OpsMigrations::files();
    $rows = [];
    $name = null;
    OpsHost::$app['events']->listen('Illuminate\Database\Events\QueryExecuted', function ($event) use (&$rows, &$name): void {
        if ($name !== null && $event->connection->pretending()) {
            $rows[] = json_encode(['migration' => $name, 'sql' => $event->sql], JSON_INVALID_UTF8_SUBSTITUTE);
        }
    });
    foreach (OpsMigrations::pending() as $name) {
        [$exit, $last] = OpsHost::call('migrate', ['--pretend' => true, '--force' => true, '--realpath' => true, '--path' => [$files[$name]]]);
        if ($exit !== 0) {
            OpsHost::fail("artisan migrate --pretend failed in $name with exit code $exit: $last", 'A migration that reads data it has just written cannot be pretended; set destructive-migrations: warn or allow to go on without this check.');
        }
    }
    foreach ($rows as $row) {
        OpsHost::report('row', $row);
    }
});
