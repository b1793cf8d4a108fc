<?php
// In one process with the values from the environment: the secret is in no argument list.
OpsHost::main('migrate', function (): void {
    OpsHost::boot(['down']);
    $parameters = ['--retry' => getenv('MAINTENANCE_RETRY') ?: '60'];
    if ((string) getenv('MAINTENANCE_RENDER') !== '') {
        $parameters['--render'] = getenv('MAINTENANCE_RENDER');
    }
    if ((string) getenv('MAINTENANCE_SECRET') !== '') {
        $parameters['--secret'] = getenv('MAINTENANCE_SECRET');
    }
    [$exit, $last] = OpsHost::call('down', $parameters);
    if ($exit !== 0 || ! OpsHost::$app->isDownForMaintenance()) {
        OpsHost::fail("artisan down failed with exit code $exit: $last", 'Check maintenance-render, free space, and that storage/framework is writable.');
    }
});
