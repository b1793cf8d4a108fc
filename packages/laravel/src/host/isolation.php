<?php
// The lock of `migrate --isolated`, by the framework's own mutex (from 9.38 on). Where it cannot lock, we go on
// without and say so: the host lock still admits one deploy of this host at a time.
final class OpsIsolation
{
    private static $since;

    /** @return mixed the mutex, null (cannot lock), or 'held' */
    public static function take()
    {
        $app = OpsHost::$app;
        $command = OpsHost::commands()['migrate'];
        $mutex = 'Illuminate\Console\CommandMutex';
        $default = 'Illuminate\Console\CacheCommandMutex';
        if (! class_exists($default) || ! $command->getDefinition()->hasOption('isolated')) {
            return null;
        }
        self::$since = time();
        try {
            $store = $app['cache']->store()->getStore();
            if (! $store instanceof Illuminate\Contracts\Cache\LockProvider || $store instanceof Illuminate\Cache\ArrayStore || $store instanceof Illuminate\Cache\NullStore) {
                OpsHost::report('say', 'migrate runs without --isolated: the cache store '.$app['config']->get('cache.default').' keeps no locks.');

                return null;
            }
            $mutex = $app->make($app->bound($mutex) ? $mutex : $default);
            if (getenv('OPS_STALE') === 'yes') {
                // Our own earlier run took it and did not live to give it back; the host lock is ours now.
                $mutex->forget($command);
                OpsHost::report('say', 'The lock that an interrupted deploy left on migrate was removed.');
            }
            while (! $mutex->create($command)) {
                if (self::waited() >= (int) getenv('ISOLATED_WAIT_SECONDS')) {
                    return 'held';
                }
                sleep(1);
            }

            return $mutex;
        } catch (Throwable $error) {
            // For example the table of the database store, which the first migration makes.
            OpsHost::report('say', 'migrate runs without --isolated: the cache store cannot lock ('.OpsHost::message($error).').');

            return null;
        }
    }

    public static function waited(): int
    {
        return time() - self::$since;
    }

    public static function give($mutex): void
    {
        if ($mutex === null) {
            return;
        }
        try {
            $mutex->forget(OpsHost::commands()['migrate']);
        } catch (Throwable $error) {
            OpsHost::report('warn', 'The lock on migrate could not be given back ('.OpsHost::message($error).'); it ends an hour after it began.');
        }
    }
}
