<?php
OpsHost::main('migrate', function (): void {
    OpsHost::boot(['up']);
    [$exit, $last] = OpsHost::call('up');
    clearstatcache();
    if ($exit !== 0 || OpsHost::$app->isDownForMaintenance()) {
        OpsHost::fail("artisan up ended with exit code $exit: $last", 'Run php artisan up in the live release.');
    }
});
