import type { ConfigValue, Symbolic } from '../value.ts';
import { known, oneOf } from './combine.ts';
import type { Evaluation } from './evaluation.ts';
import type { ClassConstant, Constant } from './expression.ts';

/** Constants that are the same wherever PHP runs a Laravel application. */
const CONSTANTS: ReadonlyMap<string, number | string> = new Map<string, number | string>([
  ['PHP_EOL', '\n'], ['DIRECTORY_SEPARATOR', '/'], ['PHP_OS_FAMILY', 'Linux'], ['PHP_INT_SIZE', 8],
  ['E_ERROR', 1], ['E_WARNING', 2], ['E_PARSE', 4], ['E_NOTICE', 8], ['E_USER_ERROR', 256], ['E_USER_WARNING', 512], ['E_USER_NOTICE', 1024], ['E_DEPRECATED', 8192], ['E_USER_DEPRECATED', 16384],
  ['LOG_EMERG', 0], ['LOG_ALERT', 1], ['LOG_CRIT', 2], ['LOG_ERR', 3], ['LOG_WARNING', 4], ['LOG_NOTICE', 5], ['LOG_INFO', 6], ['LOG_DEBUG', 7], ['LOG_USER', 8], ['LOG_LOCAL0', 128], ['LOG_LOCAL1', 136],
  ['PHP_URL_SCHEME', 0], ['PHP_URL_HOST', 1], ['PHP_URL_PORT', 2], ['PHP_URL_USER', 3], ['PHP_URL_PASS', 4], ['PHP_URL_PATH', 5], ['PHP_URL_QUERY', 6], ['PHP_URL_FRAGMENT', 7],
  ['FILTER_VALIDATE_INT', 257], ['FILTER_VALIDATE_BOOLEAN', 258], ['FILTER_VALIDATE_BOOL', 258], ['FILTER_NULL_ON_FAILURE', 134217728], ['FILTER_DEFAULT', 516],
  ['PASSWORD_BCRYPT', '2y'], ['PASSWORD_ARGON2I', 'argon2i'], ['PASSWORD_ARGON2ID', 'argon2id'], ['SORT_REGULAR', 0], ['ARRAY_FILTER_USE_KEY', 2], ['ARRAY_FILTER_USE_BOTH', 1],
]);

/** Borders at which configuration files ask for a version: just below and at each. */
const VERSIONS = [80_000, 80_100, 80_200, 80_300, 80_400, 80_500, 80_600];

export function evaluateConstant(evaluation: Evaluation, expression: Constant): ConfigValue {
  const trace = evaluation.trace(expression, []);
  const value = CONSTANTS.get(expression.name);
  if (value !== undefined) return known(value, trace, expression.at);
  if (expression.name === 'PHP_VERSION_ID') return oneOf(VERSIONS.map((version) => known(version, trace, expression.at)));
  // PHP 8.4 took E_STRICT out of it.
  if (expression.name === 'E_ALL') return oneOf([30_719, 32_767].map((all) => known(all, trace, expression.at)));
  if (expression.name === '__DIR__' && expression.at !== undefined) return fileFolder(expression, trace);
  return evaluation.unknown(expression, `reads the constant ${expression.name}`);
}

/** `config/` lies in the application's folder. */
function fileFolder(expression: Constant, trace: ConfigValue['trace']): Symbolic {
  const folder = expression.at?.file.split('/').slice(0, -1).join('/') ?? '';
  return { kind: 'symbol', name: `base_path('${folder}')`, trace };
}

export function evaluateClassConstant(evaluation: Evaluation, expression: ClassConstant): ConfigValue {
  const trace = evaluation.trace(expression, []);
  if (expression.name.toLowerCase() === 'class') return known(expression.class, trace, expression.at);
  const symbol = pdoSymbol(expression);
  if (symbol !== undefined) return { kind: 'symbol', name: symbol, ...(expression.at === undefined ? {} : { place: expression.at }), trace };
  return evaluation.unknown(expression, `reads ${expression.class}::${expression.name}`);
}

/** PHP 8.4 moved `PDO::MYSQL_ATTR_SSL_CA` to `Pdo\Mysql::ATTR_SSL_CA`: the same number under two names. */
function pdoSymbol({ class: owner, name }: ClassConstant): string | undefined {
  if (owner.toLowerCase() === 'pdo') return `PDO::${name}`;
  const driver = /^pdo\\(\w+)$/i.exec(owner)?.[1];
  return driver === undefined ? undefined : `PDO::${driver.toUpperCase()}_${name}`;
}
