<?php
// Boots the release in the working directory as its artisan does, so that one process can do what would take
// several artisan calls of 100 ms. What it finds goes to fd 3, one line each, its words apart by tabs; stdout and
// stderr are left to the application. Runs through `php -r` on PHP 7.4 and later.
final class OpsHost
{
    public static $app;
    public static $kernel;
    /** @var string what a sudden death interrupted */
    public static $doing = 'booting the application';
    private static $reason;
    private static $over = false;
    private static $out;

    /** Runs $work and always reports an end: done, fail or died. */
    public static function main(string $reason, callable $work): void
    {
        self::$reason = $reason;
        self::$out = fopen('php://fd/3', 'w');
        register_shutdown_function(function (): void {
            if (self::$over) {
                return;
            }
            $error = error_get_last();
            $fatal = $error !== null && ($error['type'] & (E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_RECOVERABLE_ERROR | E_USER_ERROR));
            self::report('died', self::$reason, self::$doing, $fatal ? self::line($error['message']) : 'the application ended the process by itself');
        });
        try {
            $work();
            self::finish('done');
        } catch (Throwable $error) {
            self::fail('The release failed while '.self::$doing.': '.self::message($error), 'Run it by hand in the release, or deploy a commit in which it works.');
        }
    }

    public static function report(string ...$words): void
    {
        fwrite(self::$out, implode("\t", array_map([self::class, 'line'], $words))."\n");
    }

    public static function fact(string $name, string $value): void
    {
        self::report('fact', $name, $value);
    }

    public static function fail(string $sentence, string $remedy): void
    {
        self::finish('fail', self::$reason, $sentence, $remedy);
        exit(1);
    }

    private static function finish(string ...$words): void
    {
        self::report(...$words);
        self::$over = true;
    }

    /** One line without tabs. */
    public static function line(string $text): string
    {
        return trim((string) preg_replace('/\s+/', ' ', $text));
    }

    /** What went wrong, from the innermost cause, in at most 400 bytes. */
    public static function message(Throwable $error): string
    {
        if ($error instanceof PDOException && $error->getPrevious() instanceof PDOException) {
            $error = $error->getPrevious();
        }
        $text = self::line($error->getMessage());
        $where = str_replace(getcwd().'/', '', $error->getFile()).':'.$error->getLine();

        return ($text === '' ? get_class($error) : substr($text, 0, 400)).($error instanceof PDOException ? '' : " ($where)");
    }

    /** Boots the console kernel; $before gets the application first. */
    public static function boot(array $words, ?callable $before = null): void
    {
        define('LARAVEL_START', microtime(true));
        // Packages look here for the command that runs.
        $_SERVER['argv'] = $GLOBALS['argv'] = array_merge(['artisan'], $words);
        $_SERVER['argc'] = $GLOBALS['argc'] = count($_SERVER['argv']);
        foreach (['vendor/autoload.php' => 'Send vendor/ with the release, or let composer install it (composer.json must be in the application folder).', 'bootstrap/app.php' => 'Set app-root to the folder of the Laravel application, or app: generic.'] as $file => $remedy) {
            if (! is_file($file)) {
                self::fail("There is no $file in ".getcwd().'.', $remedy);
            }
        }
        require getcwd().'/vendor/autoload.php';
        self::$app = require getcwd().'/bootstrap/app.php';
        if ($before !== null) {
            $before(self::$app);
        }
        self::$kernel = self::$app->make('Illuminate\Contracts\Console\Kernel');
        self::$kernel->bootstrap();
    }

    /** The commands of this artisan, by name. */
    public static function commands(): array
    {
        return self::$kernel->all();
    }

    public static function has(string $command, ?string $option = null): bool
    {
        $commands = self::commands();

        return isset($commands[$command]) && ($option === null || $commands[$command]->getDefinition()->hasOption($option));
    }

    /** Runs a command like artisan, with its errors told and logged as artisan would: [exit code, last meaningful line]. */
    public static function call(string $command, array $parameters = []): array
    {
        self::$doing = "running $command";
        $output = new class(new Symfony\Component\Console\Output\ConsoleOutput) extends Symfony\Component\Console\Output\Output
        {
            public $last = '';
            private $line = '';
            private $console;

            public function __construct($console)
            {
                parent::__construct();
                $this->console = $console;
            }

            protected function doWrite(string $message, bool $newline): void
            {
                $this->console->write($message, $newline, 2);
                $this->line .= $message.($newline ? "\n" : '');
                $lines = explode("\n", $this->line);
                $this->line = array_pop($lines);
                foreach ($lines as $line) {
                    $line = OpsHost::line((string) preg_replace('/\x1b\[[0-9;]*m/', '', $line));
                    $this->last = preg_match('/[[:alnum:]]/', $line) ? $line : $this->last;
                }
            }
        };
        try {
            $exit = self::$kernel->call($command, $parameters + ['--no-interaction' => true], $output);

            return [$exit, $output->last];
        } catch (Throwable $error) {
            self::explain($error);

            return [1, self::message($error)];
        } finally {
            self::settle();
        }
    }

    /** Shows and logs an error as the console kernel does. */
    private static function explain(Throwable $error): void
    {
        $handler = self::$app->make('Illuminate\Contracts\Debug\ExceptionHandler');
        try {
            $handler->report($error);
        } catch (Throwable $other) {
            // A log that cannot be written must not hide the error.
        }
        $handler->renderForConsole(new Symfony\Component\Console\Output\ConsoleOutput, $error);
    }

    /** config:cache and route:cache boot a second application, which takes over the facades and app(). */
    private static function settle(): void
    {
        Illuminate\Container\Container::setInstance(self::$app);
        Illuminate\Support\Facades\Facade::clearResolvedInstances();
        Illuminate\Support\Facades\Facade::setFacadeApplication(self::$app);
    }
}
