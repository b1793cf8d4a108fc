<?php
// Facts of the live release. It must write nothing: no log entry, and no waiting for a database that is away.
OpsHost::main('preflight', function (): void {
    OpsHost::boot(['migrate:status'], function ($app): void {
        $app->afterBootstrapping('Illuminate\Foundation\Bootstrap\LoadConfiguration', function ($app): void {
            $config = $app['config'];
            $config->set('logging.channels.ops-none', ['driver' => 'monolog', 'handler' => 'Monolog\Handler\NullHandler']);
            $config->set('logging.default', 'ops-none');
            $config->set('logging.deprecations', null);
            $name = $config->get('database.default');
            if (is_array($config->get("database.connections.$name"))) {
                $options = (array) $config->get("database.connections.$name.options", []);
                $config->set("database.connections.$name.options", $options + [PDO::ATTR_TIMEOUT => 10]);
            }
        });
    });
    OpsHost::$doing = 'reading applied migrations';
    OpsHost::fact('live.artisan', OpsHost::$app->version());
    OpsHost::fact('live.driver', OpsMigrations::driver());
    if (! OpsHost::$app->bound('migrator')) {
        return;
    }
    try {
        $ran = OpsMigrations::ran();
        OpsHost::fact('live.database', 'reachable');
        OpsHost::fact('live.applied', implode(' ', $ran ?? []));
    } catch (Throwable $error) {
        OpsHost::fact('live.database', 'unreachable: '.OpsHost::message($error));
    }
});
