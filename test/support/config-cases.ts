/** A grammar of configuration files, and of environments for them. */
import fc from 'fast-check';
import type { ConfigCase } from './config-oracle.ts';

const KEYS = ['A', 'B', 'C', 'APP_NAME', 'APP_URL', 'LIST', 'DB_PASSWORD', 'FLAG', 'COUNT', 'APP_ENV'] as const;

const WORDS = [
  '', '0', '1', 'true', 'false', '(true)', 'NULL', 'empty', '(empty)', 'on', 'off', 'no', 'a', 'a,b', ' a , b ,, c', 'My Shop', 'my_shop-2', 'MyShop@Home', 'HTTPServer', '12', '12.5', '-3', '007', '1e3', ' 5', '5 ', 'abc', '9x', '"quoted"', "'single'",
  'https://example.com', 'https://u:p@example.com:8080/path/?q=1#f', 'http://localhost', 'localhost:3000', '//host/x', 'é', 'naïve café', 'base64:AAAA', 'production', 'x.y', '%', '$A', '\\', 'a\\nb', '0.0', '.5', '0x1A', 'é,b',
] as const;

const key = fc.constantFrom(...KEYS);
const word = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...WORDS) }, fc.string({ maxLength: 8, unit: fc.constantFrom(...'aB1 ,-_./:@é\'"$\\#'.split('')) }));

/** A PHP literal of a text, in one of the ways to write it. */
const quoted = fc.tuple(word, fc.boolean()).map(([text, isDouble]) => (isDouble ? `"${text.replaceAll(/[\\"$]/g, '\\$&').replaceAll('\n', '\\n')}"` : `'${text.replaceAll(/[\\']/g, '\\$&')}'`));
const escaped = fc.constantFrom('"a\\tb"', '"\\u{e9}x"', '"\\x41\\101"', '"\\\\n\\$x\\""', '"\\q\\e"', "'\\n\\\\'", '"$"', "'it\\'s'", '"a$ b"');
const number = fc.oneof(fc.integer({ min: -20, max: 5000 }).map((value) => (value < 0 ? `-${-value}` : String(value))), fc.constantFrom('0x1F', '0755', '0b101', '1_000', '1.5', '1e3', '.25', '100.0', '0.1', '-0.0', '1.0E+25', '12345678901234'));
const symbol = fc.constantFrom('storage_path(\'logs/laravel.log\')', "base_path()", "database_path('x.sqlite')", "resource_path('views').'/mail'", "storage_path().'/app'", "realpath(storage_path('framework/views'))", 'PDO::FETCH_OBJ', 'App\\Models\\User::class', 'Str::class', '\\Foo\\Bar::class', 'LOG_USER', 'E_ALL', 'PHP_EOL', "public_path('/x')");

interface Grammar {
  readonly any: string;
  readonly text: string;
  readonly int: string;
  readonly bool: string;
  readonly list: string;
  readonly map: string;
}

const { any, map, list } = fc.letrec<Grammar>((tie: fc.LetrecTypedTie<Grammar>) => {
  const env = fc.oneof(key.map((name) => `env('${name}')`), fc.tuple(key, tie('any')).map(([name, otherwise]) => `env('${name}', ${otherwise})`));
  const read = fc.oneof({ weight: 8, arbitrary: env }, key.map((name) => `Env::get('${name}')`), key.map((name) => `getenv('${name}')`), key.map((name) => `env("${name}", fn () => 'lazy')`));
  const args = fc.tuple(tie('text'), tie('text'));
  const text = fc.oneof({ depthSize: 'small', withCrossShrink: true },
    quoted, quoted, escaped, read.map((value) => `(string) ${value}`), read.map((value) => `(string) (${value} ?? 'none')`),
    args.map(([left, right]) => `${left}.${right}`), args.map(([left, right]) => `(${left} ?: ${right})`),
    tie('text').map((value) => `trim(${value})`), args.map(([value, set]) => `rtrim(${value}, ${set.includes('..') ? "'/'" : set})`), tie('text').map((value) => `ltrim(${value}, '/')`),
    tie('text').map((value) => `strtolower(${value})`), tie('text').map((value) => `Str::slug(${value}, '_')`), tie('text').map((value) => `Str::slug(${value}).'-cache-'`), tie('text').map((value) => `Str::snake(${value})`), tie('text').map((value) => `Str::kebab(${value})`), tie('text').map((value) => `Str::studly(${value})`),
    args.map(([left, right]) => `sprintf('%s-%d%%', ${left}, ${right})`), args.map(([left, right]) => `str_replace('a', ${left}, ${right})`), tie('text').map((value) => `substr(${value}, 1, 3)`), tie('text').map((value) => `Str::after(${value}, ':')`),
    tie('list').map((value) => `implode('|', ${value})`), tie('text').map((value) => `rawurlencode(${value})`), tie('text').map((value) => `ucfirst(${value})`),
    tie('any').map((value) => `(is_array($v = ${value}) ? 'array' : (string) $v)`),
  );
  const int = fc.oneof({ depthSize: 'small' },
    number, read.map((value) => `(int) ${value}`), read.map((value) => `intval(${value})`), fc.tuple(tie('int'), tie('int')).map(([left, right]) => `(${left} + ${right})`), fc.tuple(tie('int'), tie('int')).map(([left, right]) => `${left} * (${right})`), tie('int').map((value) => `60 * (${value})`),
    tie('text').map((value) => `strlen(${value})`), tie('list').map((value) => `count(${value})`), tie('text').map((value) => `(float) ${value}`), fc.tuple(tie('int'), tie('int')).map(([left, right]) => `max(${left}, ${right})`), tie('int').map((value) => `-(${value})`),
  );
  const bool = fc.oneof({ depthSize: 'small' },
    fc.constantFrom('true', 'false', 'TRUE', 'null'), read.map((value) => `(bool) ${value}`), tie('any').map((value) => `! (${value})`), fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left}) === (${right})`), fc.tuple(tie('text'), tie('text')).map(([left, right]) => `(${left}) == (${right})`), fc.tuple(read, tie('int')).map(([left, right]) => `${left} >= (${right})`), fc.tuple(read, tie('text')).map(([left, right]) => `${left} != (${right})`),
    fc.tuple(tie('any'), tie('any'), fc.constantFrom('&&', '||')).map(([left, right, operator]) => `((${left}) ${operator} (${right}))`), fc.tuple(tie('text'), tie('list'), fc.constantFrom('', ', true')).map(([needle, haystack, strict]) => `in_array(${needle}, ${haystack}${strict})`),
    fc.tuple(tie('text'), quoted).map(([value, part]) => `Str::startsWith(${value}, ${part})`), args.map(([value, part]) => `str_contains(${value}, ${part})`), read.map((value) => `filter_var(${value}, FILTER_VALIDATE_BOOLEAN)`), read.map((value) => `filter_var(${value}, FILTER_VALIDATE_BOOLEAN, FILTER_NULL_ON_FAILURE)`), read.map((value) => `is_null(${value})`), read.map((value) => `is_string(${value})`), tie('any').map((value) => `empty(${value})`), fc.constant("extension_loaded('pdo_mysql')"),
  );
  const listOf = fc.oneof({ depthSize: 'small' },
    fc.array(tie('any'), { maxLength: 3 }).map((values) => `[${values.join(', ')}]`), fc.tuple(quoted, tie('text')).map(([, value]) => `explode(',', ${value})`), tie('text').map((value) => `array_map('trim', explode(',', ${value}))`), tie('list').map((value) => `array_filter(${value})`), tie('list').map((value) => `array_values(array_filter(${value}, fn ($x) => $x !== 'a'))`),
    fc.tuple(tie('list'), tie('list')).map(([left, right]) => `[...${left}, ...${right}]`), fc.tuple(tie('list'), tie('list')).map(([left, right]) => `array_merge(${left}, ${right})`), tie('text').map((value) => `array_map(fn ($x) => strtolower($x), explode('.', ${value}))`), tie('text').map((value) => `array_unique(explode(',', ${value}))`), tie('map').map((value) => `array_keys(${value})`),
  );
  const names = fc.constantFrom("'a'", "'b'", "'c'", '1', "'2'", '"x"', 'true', "'a.b'", "'3'");
  const entries = fc.array(fc.oneof(fc.tuple(names, tie('any')).map(([name, value]) => `${name} => ${value}`), tie('any')), { maxLength: 4 });
  const mapOf = fc.oneof({ depthSize: 'small' },
    entries.map((values) => `[${values.join(', ')}]`), entries.map((values) => `array(${values.map((value) => `${value},`).join(' ')})`), fc.tuple(tie('map'), tie('map')).map(([left, right]) => `array_merge(${left}, ${right})`), fc.tuple(tie('map'), tie('map')).map(([left, right]) => `(${left} + ${right})`), tie('map').map((value) => `array_filter(${value})`), tie('map').map((value) => `[...${value}, 'z' => 1]`), tie('any').map((value) => `array_filter([PDO::MYSQL_ATTR_SSL_CA => ${value}, \\Pdo::MYSQL_ATTR_COMPRESS => true])`), tie('any').map((value) => `[-3 => ${value}]`),
    fc.tuple(read, tie('map'), tie('map')).map(([test, left, right]) => `(${test} ? ${left} : ${right})`),
  );
  return {
    text, int, bool, list: listOf, map: mapOf,
    any: fc.oneof({ depthSize: 'small' },
      { weight: 3, arbitrary: read }, { weight: 2, arbitrary: tie('text') }, tie('int'), tie('bool'), tie('list'), tie('map'), symbol,
      fc.tuple(tie('any'), tie('any'), tie('any')).map(([test, left, right]) => `((${test}) ? ${left} : ${right})`), fc.tuple(read, tie('any')).map(([left, right]) => `(${left} ?? ${right})`), fc.tuple(tie('any'), tie('any')).map(([left, right]) => `((${left}) ?: ${right})`),
      fc.tuple(tie('map'), fc.constantFrom("'a'", "'b'", '0', '1')).map(([value, name]) => `(${value}[${name}] ?? 'none')`), tie('text').map((value) => `parse_url(${value}, PHP_URL_HOST)`), tie('text').map((value) => `parse_url(${value}, PHP_URL_PORT)`), tie('text').map((value) => `parse_url(${value}, PHP_URL_PATH)`),
      fc.tuple(read, tie('any'), tie('any')).map(([of, left, right]) => `match (${of}) { 'a', 'production' => ${left}, null => 'null', default => ${right} }`), fc.tuple(key, quoted).map(([name, value]) => `"\${$this_is_none}" ?: env('${name}', ${value})`).map((value) => value.replace('"${$this_is_none}" ?: ', '')),
    ),
  };
});

/** Ways in which a file comes to its array. */
const file = fc.oneof(
  { weight: 6, arbitrary: map.map((value) => `return ${value};`) },
  fc.tuple(map, any).map(([value, more]) => `$config = ${value};\n$config['more'] = ${more};\n$config['deep']['er'][] = 1;\nreturn $config;`),
  fc.tuple(any, map, map).map(([test, left, right]) => `if (${test}) {\n    return ${left};\n}\n\nreturn ${right};`),
  fc.tuple(any, map, any).map(([test, value, other]) => `$v = ${other};\nif (${test}) { $v = 'changed'; } else { $w = 2; }\nreturn ['v' => $v, 'w' => $w ?? 'none'] + ${value};`),
  fc.tuple(map, map).map(([left, right]) => `$base = ${left};\nreturn array_merge($base, ${right});`),
  fc.tuple(list, any).map(([value, suffix]) => `$all = [];\nforeach (${value} as $k => $each) {\n    $all["k$k"] = [$each, 'x' => ${suffix}];\n}\nreturn $all;`),
  fc.tuple(any, any).map(([value, other]) => `$name = ${value};\n$f = function ($x) use ($name) { return is_array($x) ? 'a' : [$x, is_array($name) ? 0 : $name]; };\nreturn ['f' => array_map($f, ['p', 'q']), 't' => is_array($name) ? 'array' : "<$name>", 'o' => ${other}];`),
);

const HEAD = '<?php\n\nuse Illuminate\\Support\\Env;\nuse Illuminate\\Support\\Str;\n\n';

const environment = fc.dictionary(key, word.filter((value) => !value.includes('\u0000')), { maxKeys: 6 });
const dotenv = fc.option(fc.dictionary(key, fc.constantFrom('a', 'true', 'null', '"x y"', '', "'${A}'", '${A}b', '12', '"a,b ,c"', 'https://h:1/p', '(false)'), { maxKeys: 5 }).map((values) => Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join('')), { nil: undefined });

export const generatedConfig: fc.Arbitrary<ConfigCase> = fc.record({ one: file, two: file, environment, dotenv }).map(({ one, two, environment: real, dotenv: text }) => ({
  name: 'generated', environment: real, ...(text === undefined ? {} : { dotenv: text }),
  files: { 'config/one.php': HEAD + one, 'config/two.php': `${HEAD}${two}`, 'config/app.php': "<?php return ['env' => env('APP_ENV', 'production'), 'timezone' => 'UTC', 'name' => env('APP_NAME')];" },
}));

/** Values for some of the keys that these files read. */
export function environmentFor(files: Readonly<Record<string, string>>): fc.Arbitrary<Record<string, string>> {
  const keys = [...new Set(Object.values(files).flatMap((text) => [...text.matchAll(/env\(\s*'(\w+)'/g)].flatMap(([, name]) => name ?? [])))];
  return fc.dictionary(fc.constantFrom(...keys), fc.oneof(word, fc.constantFrom('base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'mysql://u:p@db/x', '/etc/ssl/ca.pem', 'single,security', 'daily', 'none', 'strict', '.example.com', '120')), { minKeys: 3, maxKeys: 25 });
}
