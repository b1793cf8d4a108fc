import type { App } from '../../app.ts';
import { isTruthy } from '../../decide.ts';
import { judged, notApplicable, together, type Judgement } from '../../judgement.ts';
import { judgeValue } from '../../subject-value.ts';

/** Whole words of a name. */
const BYPASS_NAME = /(?:^|_)(?:BYPASS|BACKDOOR|MASTER_(?:KEY|PASS|PASSWORD|TOKEN)|DEV_(?:TOKEN|LOGIN|AUTH|PASSWORD)|DEBUG_(?:TOKEN|LOGIN)|GOD_MODE|SUPER_(?:PASSWORD|TOKEN)|SKIP_AUTH|DISABLE_AUTH|NO_AUTH)(?:_|$)/;
/** Services whose own keys are called so. */
const OF_SERVICES = /^(?:MEILI|MEILISEARCH|TYPESENSE|ALGOLIA|ELASTIC|REDIS|VAULT|CACHE)_/;
const CODE = /^(?:app|bootstrap|routes|config)\//;

export function checkBypass(app: App): Judgement {
  const names = new Set([...app.laravel.readKeys.keys(), ...(app.laravel.envFile?.entries ?? []).map(({ name }) => name), ...namesInCode(app)]);
  const suspects = [...names].filter((name) => BYPASS_NAME.test(name.toUpperCase()) && !OF_SERVICES.test(name.toUpperCase())).sort();
  const read = suspects.filter((name) => app.laravel.readersOf(name).length > 0 || app.laravel.filesWith([`'${name}'`, `"${name}"`]).some((file) => CODE.test(file)));
  if (read.length === 0) return notApplicable('nothing reads a key that is called like a way around the login');
  return judged(together(read.map((name) => judgeValue(app, { subject: name, value: app.laravel.env(name), key: undefined }, (value) => (
    isTruthy(value) ? { severity: 'critical', so: 'so whoever learns it gets around the login', remedy: `Take \`${name}\` out of the environment.` } : undefined
  )))), '');
}

/** Keys that code reads without configuration: `env('DEV_LOGIN')` in a middleware. */
function namesInCode({ laravel, repository }: App): readonly string[] {
  const files = laravel.filesWith(['BYPASS', 'BACKDOOR', 'MASTER_', 'DEV_', 'DEBUG_', 'GOD_MODE', 'SUPER_', 'SKIP_AUTH', 'DISABLE_AUTH', 'NO_AUTH']).filter((file) => CODE.test(file));
  return files.flatMap((file) => [...(repository.text(repository.prefix + file) ?? '').matchAll(/\b(?:env|getenv|Env::get)\(\s*['"]([A-Z][A-Z0-9_]+)['"]/g)].map(([, name = '']) => name));
}
