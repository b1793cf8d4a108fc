// Runs under `php -r` inside a test root: one JSON case a line on stdin, one JSON answer a line on stdout. Texts travel as base64.
require '/usr/share/php/Illuminate/autoload.php';
require '/usr/share/php/Illuminate/Support/autoload.php';
require '/usr/share/php/Dotenv/autoload.php';

use Dotenv\Dotenv;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Bootstrap\LoadConfiguration;
use Illuminate\Foundation\Bootstrap\LoadEnvironmentVariables;
use Illuminate\Support\Env;

/** The framework looks for its own files where Composer puts them; Debian has them elsewhere, or not at all. */
final class Loading extends LoadConfiguration
{
    private $base;

    public function __construct($base) { $this->base = $base; }

    protected function getBaseConfiguration()
    {
        $config = [];
        foreach ($this->base === null ? [] : glob($this->base.'/*.php') as $file) $config[basename($file, '.php')] = require $file;
        return $config;
    }
}

function packed($value)
{
    if (is_string($value)) return ['s' => base64_encode($value)];
    if (is_array($value)) return ['a' => array_map(fn ($key) => [base64_encode((string) $key), is_int($key), packed($value[$key])], array_keys($value))];
    if (is_float($value)) return ['t' => 'double', 'v' => var_export($value, true)];
    if (is_object($value)) return ['t' => 'object', 'v' => get_class($value)];
    return ['t' => gettype($value), 'v' => $value];
}

function setEnvironment(array $environment)
{
    foreach (array_keys(getenv() + $_SERVER) as $name) if (! is_array($_SERVER[$name] ?? '')) putenv((string) $name);
    $_SERVER = $_ENV = [];
    foreach ($environment as $name => $value) { $_SERVER[$name] = $value; putenv("$name=$value"); }
    Env::enablePutenv();
}

function write(string $root, array $files)
{
    foreach ($files as $path => $text) {
        $full = $root.'/'.$path;
        if (! is_dir(dirname($full))) mkdir(dirname($full), 0700, true);
        file_put_contents($full, base64_decode($text));
    }
}

function remove(string $folder)
{
    foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS), RecursiveIteratorIterator::CHILD_FIRST) as $each) $each->isDir() ? rmdir($each->getPathname()) : unlink($each->getPathname());
    rmdir($folder);
}

function answer(array $case, string $root)
{
    if ($case['ask'] === 'constants') return ['pdo' => (new ReflectionClass('PDO'))->getConstants()];
    write($root, $case['files']);
    setEnvironment($case['environment'] ?? []);
    $app = new Application($root);
    $select = new ReflectionMethod(LoadEnvironmentVariables::class, 'checkForSpecificEnvironmentFile');
    $select->setAccessible(true);
    $select->invoke(new LoadEnvironmentVariables, $app);
    // Not the bootstrapper itself: it ends the process when a file does not parse.
    Dotenv::create(Env::getRepository(), $app->environmentPath(), $app->environmentFile())->safeLoad();
    if (! ($case['merge'] ?? true)) $app->dontMergeFrameworkConfiguration();
    (new Loading($case['base'] ?? null))->bootstrap($app);
    return ['config' => packed($app['config']->all())];
}

// Sanctum is no package of Debian's; this is what its one method that a configuration file calls does.
eval('namespace Laravel\Sanctum; final class Sanctum { public static function currentApplicationUrlWithPort() { $url = config("app.url"); return $url ? ",".parse_url($url, PHP_URL_HOST).(parse_url($url, PHP_URL_PORT) ? ":".parse_url($url, PHP_URL_PORT) : "") : ""; } }');
set_error_handler(fn () => true);
$made = 0;
while (($line = fgets(STDIN)) !== false) {
    // A folder of its own for each case: opcache and realpath remember files.
    $root = '/tmp/ops-config-'.getmypid().'-'.($made++);
    mkdir($root.'/storage/framework/views', 0700, true);
    try {
        echo json_encode(answer(json_decode($line, true), $root) + ['root' => $root]), "\n";
    } catch (Throwable $thrown) {
        echo json_encode(['thrown' => get_class($thrown).': '.$thrown->getMessage()], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    }
    remove($root);
}
