<?php
// Reads a .env file as phpdotenv 5 does (EntryParser, Lexer, Lines and Resolver of 5.6.1) and tells names, and three
// settings, on fd 3. No other value leaves this process. Runs with `php -n`: only core functions.
final class OpsEnv
{
    private $values = [];

    /** @var array<int, array{int, string}> entries with the line they begin at */
    private $entries = [];

    /** @var int line of a double quote that nothing closes, or 0 */
    public $open = 0;

    /** @var int line that phpdotenv refuses, or 0 */
    public $invalid = 0;

    public function __construct(string $text)
    {
        $this->split(preg_replace('/\A\xEF\xBB\xBF/', '', $text));
        foreach ($this->entries as [$number, $entry]) {
            if (! $this->entry($entry)) {
                $this->invalid = $number;

                return;
            }
        }
    }

    public function names(): array
    {
        return array_keys($this->values);
    }

    public function get(string $name): ?string
    {
        return $this->values[$name] ?? null;
    }

    /** A value goes over several lines where `="` is adjacent and nothing closes it; an unclosed one swallows the rest. */
    private function split(string $text): void
    {
        $buffer = [];
        $began = 0;
        foreach (preg_split("/\r\n|\n|\r/", $text) as $index => $line) {
            $started = strpos($line, '="') !== false && ! $this->stops($line, true);
            if ($started && $buffer === []) {
                $began = $index + 1;
            }
            if ($started || $buffer !== []) {
                $buffer[] = $line;
                if (! $this->stops($line, $started)) {
                    continue;
                }
                $this->entries[] = [$began, implode("\n", $buffer)];
                $buffer = [];
                continue;
            }
            if (trim($line) !== '' && trim($line)[0] !== '#') {
                $this->entries[] = [$index + 1, $line];
            }
        }
        $this->open = $buffer === [] ? 0 : $began;
    }

    private function stops(string $line, bool $started): bool
    {
        return $line === '"' || preg_match_all('/(?=([^\\\\]"))/', str_replace('\\\\', '', $line)) > ($started ? 1 : 0);
    }

    private function entry(string $entry): bool
    {
        if (trim($entry)[0] === '#') {
            return true;
        }
        // A bare name is not trimmed there.
        $parts = strpos($entry, '=') === false ? [$entry] : array_map('trim', explode('=', $entry, 2));
        $name = $parts[0];
        if (strlen($name) > 8 && preg_match('/\Aexport\s/', $name)) {
            $name = ltrim(substr($name, 6));
        }
        if (preg_match('/\A(["\'])(.+)\1\z/s', $name, $match)) {
            $name = $match[2];
        }
        if (! preg_match('/\A[\pL\pN_.]+\z/u', $name)) {
            return false;
        }
        if (! isset($parts[1])) {
            unset($this->values[$name]);
            $this->values[$name] = null;

            return true;
        }
        $value = $this->value($parts[1]);
        if ($value === null) {
            return false;
        }
        $this->values[$name] = $value;

        return true;
    }

    private function value(string $text): ?string
    {
        if ($text === '') {
            return '';
        }
        preg_match_all('/[\r\n]{1,1000}|[^\S\r\n]{1,1000}|\\\\|\'|"|#|\$|[^\s\\\\\'"#$]{1,1000}/', $text, $tokens);
        $state = 'initial';
        $chars = '';
        $variables = [];
        foreach ($tokens[0] as $token) {
            $blank = trim($token, " \t\n\r\v\f") === '';
            switch ($state) {
                case 'initial':
                case 'plain':
                    if ($state === 'initial' && ($token === "'" || $token === '"')) {
                        $state = $token === "'" ? 'single' : 'double';
                    } elseif ($token === '#') {
                        $state = 'comment';
                    } elseif ($state === 'plain' && $blank) {
                        $state = 'blank';
                    } else {
                        $state = 'plain';
                        $variables = $token === '$' ? array_merge($variables, [strlen($chars)]) : $variables;
                        $chars .= $token;
                    }
                    break;
                case 'single':
                    $state = $token === "'" ? 'blank' : 'single';
                    $chars .= $token === "'" ? '' : $token;
                    break;
                case 'double':
                    if ($token === '"' || $token === '\\') {
                        $state = $token === '"' ? 'blank' : 'escape';
                    } else {
                        $variables = $token === '$' ? array_merge($variables, [strlen($chars)]) : $variables;
                        $chars .= $token;
                    }
                    break;
                case 'escape':
                    if ($token === '"' || $token === '\\' || $token === '$') {
                        $chars .= $token;
                    } elseif (strpos('fnrtv', $token[0]) !== false) {
                        $chars .= stripcslashes('\\'.$token[0]).substr($token, 1);
                    } else {
                        return null;
                    }
                    $state = 'double';
                    break;
                case 'blank':
                    if ($token === '#') {
                        $state = 'comment';
                    } elseif (! $blank) {
                        return null;
                    }
            }
        }
        if (in_array($state, ['single', 'double', 'escape'], true)) {
            return null;
        }
        foreach (array_reverse($variables) as $at) {
            $chars = substr($chars, 0, $at).preg_replace_callback('/\A\${([\pL\pN_.]+)}/u', function (array $match): string {
                return $this->values[$match[1]] ?? $match[0];
            }, substr($chars, $at), 1);
        }

        return $chars;
    }

    /** Laravel's env() and then PHP's (bool). */
    public static function isTrue(?string $value): bool
    {
        $lower = strtolower((string) $value);
        if (in_array($lower, ['true', '(true)'], true)) {
            return true;
        }
        if (in_array($lower, ['', 'false', '(false)', 'null', '(null)', 'empty', '(empty)'], true)) {
            return false;
        }
        $inner = preg_replace('/\A([\'"])(.*)\1\z/', '$2', (string) $value);

        return $inner !== '' && $inner !== '0';
    }

    /** A key is 16 or 32 bytes, often in base64; everything else is a stand-in, which Laravel refuses too. */
    public static function key(?string $value): string
    {
        if ((string) $value === '' || in_array(strtolower((string) $value), ['null', '(null)', 'empty', '(empty)'], true)) {
            return 'absent';
        }
        $bytes = strpos($value, 'base64:') === 0 ? (string) base64_decode(substr($value, 7), true) : $value;
        $real = in_array(strlen($bytes), [16, 32], true) && strlen(count_chars($bytes, 3)) > 3 && ! preg_match('/random ?string|change.?me|your.?(app|key|secret)|\$\{/i', $bytes);

        return $real ? 'present' : 'placeholder';
    }
}

(static function (): void {
    $out = fopen('php://fd/3', 'w');
    $fact = static function (string $name, string $value) use ($out): void {
        fwrite($out, "fact\t$name\t".trim(preg_replace('/\s+/', ' ', $value))."\n");
    };
    $file = getenv('OPS_ENV_FILE');
    $text = @file_get_contents($file);
    if ($text === false) {
        $fact('env.state', 'unreadable');
    } elseif (trim($text) === '') {
        $fact('env.state', 'empty');
    } else {
        $env = new OpsEnv($text);
        $fact('env.state', $env->invalid === 0 ? 'ok' : "invalid:line $env->invalid");
        if ($env->open !== 0) {
            fwrite($out, "warn\tThe double quote that opens in line $env->open of $file is never closed, so nothing from there on is loaded.\n");
        }
        if ($env->invalid === 0) {
            $fact('env.keys', implode(' ', $env->names()));
            $fact('env.APP_ENV', (string) $env->get('APP_ENV'));
            $fact('env.APP_DEBUG', (string) $env->get('APP_DEBUG'));
            $fact('env.debug-effective', OpsEnv::isTrue($env->get('APP_DEBUG')) ? 'true' : 'false');
            $fact('env.APP_KEY', OpsEnv::key($env->get('APP_KEY')));
        }
    }
    fwrite($out, "done\n");
})();
