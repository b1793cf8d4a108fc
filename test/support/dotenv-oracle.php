// Runs under `php -r` inside a test root: one JSON case a line on stdin, one JSON answer a line on stdout. Bytes travel as base64.
require '/usr/share/php/Illuminate/Support/autoload.php';
require '/usr/share/php/Dotenv/autoload.php';

use Dotenv\Dotenv;
use Illuminate\Support\ConfigurationUrlParser;
use Illuminate\Support\Env;

final class MemoryFile
{
    public static $content = '';
    public $context;
    private $at = 0;

    public function stream_open($path, $mode, $options, &$opened) { return true; }
    public function stream_read($count) { $part = substr(self::$content, $this->at, $count); $this->at += strlen($part); return $part; }
    public function stream_eof() { return $this->at >= strlen(self::$content); }
    public function stream_stat() { return []; }
    public function stream_set_option($option, $one, $two) { return false; }
}
stream_wrapper_register('memory', MemoryFile::class);

function packed($value)
{
    if (is_string($value)) return ['s' => base64_encode($value)];
    if (is_array($value)) return ['a' => array_map(fn ($key) => [base64_encode((string) $key), packed($value[$key])], array_keys($value))];
    return ['v' => is_int($value) || is_float($value) ? (string) $value : $value, 't' => gettype($value)];
}

function setEnvironment(array $environment)
{
    // getenv() without a name leaves out names with a dot.
    foreach (array_keys(getenv() + $_SERVER) as $name) if (! is_array($_SERVER[$name] ?? '')) putenv((string) $name);
    $_SERVER = $_ENV = [];
    foreach ($environment as $name => $value) { $_SERVER[$name] = $value; putenv("$name=$value"); }
    Env::enablePutenv();
}

function load(array $case)
{
    MemoryFile::$content = base64_decode($case['file']);
    setEnvironment($case['environment'] ?? []);
    try {
        $loaded = Dotenv::create(Env::getRepository(), 'memory://app', '.env')->safeLoad();
    } catch (\Dotenv\Exception\InvalidFileException $error) {
        return ['error' => base64_encode($error->getMessage())];
    }
    $values = [];
    foreach ($case['names'] ?? array_keys($_SERVER) as $name) {
        $values[] = [base64_encode((string) $name), packed(Env::getRepository()->get((string) $name)), packed(Env::get((string) $name))];
    }
    return ['loaded' => packed($loaded), 'values' => $values];
}

function answer(array $case)
{
    switch ($case['ask']) {
        case 'load': return load($case);
        case 'url':
            try {
                return ['config' => packed((new ConfigurationUrlParser)->parseConfiguration(['url' => base64_decode($case['url'])]))];
            } catch (InvalidArgumentException $error) {
                return ['error' => base64_encode($error->getMessage())];
            }
        case 'config':
            setEnvironment($case['environment']);
            $config = require '/usr/share/php/Illuminate/config/database.php';
            $name = $config['default'];
            if (! isset($config['connections'][$name])) return ['error' => base64_encode('not configured')];
            try {
                return ['config' => packed((new ConfigurationUrlParser)->parseConfiguration($config['connections'][$name]))];
            } catch (InvalidArgumentException $error) {
                return ['error' => base64_encode($error->getMessage())];
            }
        case 'versions': return ['php' => PHP_VERSION];
    }
}

if (! function_exists('database_path')) { function database_path($path) { return 'database/'.$path; } }
while (($line = fgets(STDIN)) !== false) {
    try {
        echo json_encode(answer(json_decode($line, true))), "\n";
    } catch (Throwable $thrown) {
        echo json_encode(['thrown' => get_class($thrown).': '.$thrown->getMessage()], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    }
}
