<?php
// In one process with the values from the environment: the secret is in no argument list. The flag may also live in
// the cache store, which only the application knows.
OpsHost::main('migrate', function (): void {
    OpsHost::boot(['down']);
    $mark = (string) getenv('OPS_MARK');
    if (! is_file($mark) && OpsHost::$app->isDownForMaintenance()) {
        OpsHost::fact('maintenance.owner', 'person');
        OpsHost::report('warn', 'The site was in maintenance already, and not by a deploy; it stays so after this one.');

        return;
    }
    // First the mark, then the flag: a flag without a mark is a person's.
    if (! @file_put_contents($mark, getenv('OPS_RUN')."\n")) {
        @unlink($mark);
        OpsHost::fail("Cannot write $mark.", 'Free space on the host; the site was not taken down.');
    }
    $parameters = ['--retry' => getenv('MAINTENANCE_RETRY') ?: '60'];
    foreach (['--render' => 'MAINTENANCE_RENDER', '--secret' => 'MAINTENANCE_SECRET'] as $option => $name) {
        if ((string) getenv($name) !== '') {
            $parameters[$option] = getenv($name);
        }
    }
    [$exit, $last] = OpsHost::call('down', $parameters);
    if ($exit !== 0 || ! OpsHost::$app->isDownForMaintenance()) {
        OpsHost::fail("artisan down failed with exit code $exit: $last", 'Check maintenance-render, free space, and that storage/framework is writable.');
    }
    OpsHost::fact('maintenance.owner', 'run');
});
