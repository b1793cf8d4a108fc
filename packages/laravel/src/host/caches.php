<?php
// Two phases in two processes: what runs after config:cache must boot from the cached configuration, where env()
// of .env is null, as it is for every later request. Within the second phase one process is as faithful as three:
// the framework's own `optimize` does the same.
OpsHost::main('stage', function (): void {
    $phase = getenv('OPS_PHASE');
    OpsHost::boot([$phase === 'config' ? 'config:cache' : 'route:cache']);
    $release = getcwd();
    $app = OpsHost::$app;
    $build = function (string $command, ?string $file) use ($release): void {
        if ($file !== null && strpos($file, $release.'/') !== 0) {
            OpsHost::fail("$command would write $file, which is outside this release.", 'Unset APP_CONFIG_CACHE, APP_ROUTES_CACHE and APP_EVENTS_CACHE for the deploy user; releases must not share caches.');
        }
        [$exit, $last] = OpsHost::call($command);
        if ($exit !== 0) {
            OpsHost::fail("artisan $command failed with exit code $exit: $last", 'Nothing was switched. Run it with this commit on your machine: php artisan '.$command);
        }
        clearstatcache();
        // Commands can exit 0 although they wrote nothing.
        if ($file !== null && (! is_file($file) || filesize($file) === 0)) {
            OpsHost::fail("artisan $command exited 0 but ".substr($file, strlen($release) + 1).' is missing or empty.', 'Check free space and that bootstrap/cache is writable.');
        }
        OpsHost::report('say', "artisan $command: done");
    };

    if ($phase === 'config') {
        $list = ['version '.$app->version()];
        foreach (OpsHost::commands() as $name => $command) {
            $list[] = $name;
            foreach (in_array($name, ['about', 'migrate', 'down'], true) ? array_keys($command->getDefinition()->getOptions()) : [] as $option) {
                $list[] = "$name --$option";
            }
        }
        file_put_contents('bootstrap/cache/ops-artisan.txt', implode("\n", $list)."\n");
        OpsHost::fact('artisan.version', $app->version());
        if (OpsHost::has('config:cache')) {
            $build('config:cache', $app->getCachedConfigPath());
        }

        return;
    }

    if (OpsHost::has('event:cache')) {
        $build('event:cache', $app->getCachedEventsPath());
    }
    $baked = (string) $app['config']->get('view.compiled');
    $wanted = (string) getenv('VIEW_COMPILED_PATH');
    $paths = array_filter((array) $app['config']->get('view.paths'), 'is_dir');
    if (OpsHost::has('view:cache') && $app->bound('view') && $paths !== []) {
        if (realpath($baked) !== false && realpath($baked) === realpath($wanted)) {
            $build('view:cache', null);
        } else {
            OpsHost::report('warn', "view:cache was left out: config/view.php does not follow VIEW_COMPILED_PATH (it says $baked), and clearing a shared folder would take the views of the live release. Use 'compiled' => env('VIEW_COMPILED_PATH', realpath(storage_path('framework/views'))).");
        }
    }
    if (OpsHost::has('route:cache') && count($app['router']->getRoutes()) > 0) {
        $build('route:cache', $app->getCachedRoutesPath());
    }
});
