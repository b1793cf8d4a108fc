<?php
// What is applied and what is pending, asked of the migrator as `migrate:status` asks it (the same three calls in 8 to
// 13), because its text and its exit codes differ between versions.
final class OpsMigrations
{
    /** name => file, in the order in which they run, of every path that migrate knows. */
    public static function files(): array
    {
        $migrator = OpsHost::$app->make('migrator');

        return $migrator->getMigrationFiles(array_merge($migrator->paths(), [OpsHost::$app->databasePath().DIRECTORY_SEPARATOR.'migrations']));
    }

    /** Names that ran; null without the table. Throws what the database says. */
    public static function ran(): ?array
    {
        $migrator = OpsHost::$app->make('migrator');

        return $migrator->repositoryExists() ? $migrator->getRepository()->getRan() : null;
    }

    public static function pending(): array
    {
        return array_values(array_diff(array_keys(self::files()), self::ran() ?? []));
    }

    public static function driver(): string
    {
        $config = OpsHost::$app['config'];

        return (string) $config->get('database.connections.'.$config->get('database.default').'.driver', 'none');
    }

    public static function unreachable(Throwable $error): string
    {
        return 'The database does not answer the new release: '.OpsHost::message($error);
    }

    public const REMEDY = 'Check DB_* in shared/.env and that the database runs and lets this host in; for a first SQLite deploy create the file by hand. Or set migrate: never';
}
