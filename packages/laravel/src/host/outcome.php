<?php
// What migrations did to the database, and how they ended.
final class OpsOutcome
{
    /** Follows which migration runs and how many of its statements took effect; bounds waiting for locks on each connection. */
    public static function watch(int $seconds)
    {
        $current = new stdClass;
        $current->transactional = false;
        $current->running = false;
        $current->statements = 0;
        $bounded = [];
        $app = OpsHost::$app;
        $events = $app['events'];
        $events->listen('Illuminate\Database\Events\MigrationStarted', function ($event) use ($app, $current, $seconds, &$bounded): void {
            $connection = $app['db']->connection($event->migration->getConnection());
            $connection->useDefaultSchemaGrammar();
            $current->transactional = $connection->getSchemaGrammar()->supportsSchemaTransactions() && $event->migration->withinTransaction;
            $current->running = true;
            $current->statements = 0;
            if ($seconds > 0 && ! in_array($connection->getPdo(), $bounded, true)) {
                $bounded[] = $connection->getPdo();
                self::bound($connection, $seconds);
            }
        });
        $events->listen('Illuminate\Database\Events\MigrationEnded', function () use ($current): void {
            $current->running = false;
        });
        $events->listen('Illuminate\Database\Events\QueryExecuted', function ($event) use ($current): void {
            if ($current->running && ! preg_match('/^\W*(select|show|pragma|set|describe|explain)\b/i', $event->sql)) {
                $current->statements++;
            }
        });

        return $current;
    }

    /** A migration that waits for a table lock makes every later query on that table wait behind it. */
    private static function bound($connection, int $seconds): void
    {
        $sql = [
            'mysql' => "SET SESSION lock_wait_timeout = $seconds",
            'mariadb' => "SET SESSION lock_wait_timeout = $seconds",
            'pgsql' => "SET lock_timeout = '{$seconds}s'",
        ][$connection->getDriverName()] ?? null;
        if ($sql !== null) {
            $connection->getPdo()->exec($sql);
        }
    }

    /** Facts and, unless all is applied, the failure. `statements` null: nobody counted. */
    public static function tell(array $pending, array $left, int $exit, string $what, array $current): void
    {
        $ran = array_values(array_diff($pending, $left));
        OpsHost::fact('migrations.ran', implode(' ', $ran));
        OpsHost::fact('migrations.left', implode(' ', $left));
        if ($exit === 0 && $left === []) {
            return;
        }
        $applied = $ran === [] ? 'none' : implode(', ', $ran);
        if ($exit === 0) {
            OpsHost::fail('artisan migrate exited 0 but left pending: '.implode(', ', $left).". Applied: $applied.", 'Run php artisan migrate:status in the release on the host.');
        }
        $first = (string) reset($left);
        $half = $first !== '' && ! $current['transactional'] && $current['statements'] !== 0 ? $first : '';
        OpsHost::fact('migrations.half-applied', $half);
        $what = rtrim($what, '. ').". Applied: $applied. Not applied: ".($left === [] ? 'none' : implode(', ', $left)).'.';
        if ($half === '') {
            OpsHost::fail($what.($first === '' ? '' : " Nothing of $first stays in the database."), 'The old release serves; correct the migration and deploy again.');
        }
        $count = $current['statements'];
        $part = $count === null ? 'may be applied in part' : "is applied in part ($count ".($count === 1 ? 'statement' : 'statements').' took effect)';
        OpsHost::fail("$what $half $part, and ".OpsMigrations::driver().' does not take that back.', 'The old release serves. Undo that part by hand, or restore the backup, before the next deploy; nothing is restored by itself.');
    }
}
