import { describe, expect, test } from '@jest/globals';
import { memoryFiles, readApp, type EnvSource } from '@ops/laravel/app';
import { renderSummary, type Log } from '@ops/shared';
import type { App } from '../src/app.ts';
import { baselineOf, baselineText } from '../src/baseline.ts';
import { unifiedDiff } from '../src/fix/patch.ts';
import type { Judgement } from '../src/judgement.ts';
import { lint, type LintOptions } from '../src/lint.ts';
import type { LintResult } from '../src/lint-result.ts';
import { emptyPolicy, readPolicy } from '../src/policy/read.ts';
import { createRegistry } from '../src/registry.ts';
import { createRepository } from '../src/repository.ts';
import { annotate } from '../src/report/annotations.ts';
import { resultOf, resultSchema } from '../src/report/result.ts';
import { sarif } from '../src/report/sarif.ts';
import { lintSections } from '../src/report/summary.ts';
import type { RuleId } from '../src/rule.ts';
import { APP } from '../src/rules/app.ts';
import { KEY as KEY_RULES } from '../src/rules/key.ts';
import { MET } from '../src/rules/met.ts';
import { SES } from '../src/rules/ses.ts';
import { RULES } from '../src/rules.ts';
import { failed, passed, sampleFinding } from '../src/testing.ts';

/** Some areas, so that a new one changes nothing here. */
const registry = createRegistry([...APP, ...KEY_RULES, ...SES, ...MET]);
const LOCK = JSON.stringify({ packages: [{ name: 'laravel/framework', version: 'v12.3.0' }, { name: 'vlucas/phpdotenv', version: 'v5.6.1' }] });
const KEY = 'base64:PrpKG2XqXp7mB0mDmlK9jRxwLRAZ1DGRbTkPlvp1DNo=';
const TREE = {
  'composer.lock': LOCK,
  'config/app.php': "<?php\n\nreturn [\n    'env' => env('APP_ENV', 'production'),\n    'debug' => (bool) env('APP_DEBUG', false),\n    'url' => env('APP_URL', 'http://localhost'),\n    'key' => env('APP_KEY'),\n    'cipher' => 'AES-256-CBC',\n];\n",
  'config/session.php': "<?php\n\nreturn [\n    'driver' => env('SESSION_DRIVER', 'database'),\n    'encrypt' => env('SESSION_ENCRYPT', false),\n    'cookie' => env('SESSION_COOKIE', '__Host-shop'),\n    'path' => '/',\n    'domain' => env('SESSION_DOMAIN'),\n    'secure' => env('SESSION_SECURE_COOKIE'),\n    'http_only' => true,\n    'same_site' => 'lax',\n];\n",
  'config/hashing.php': "<?php\n\nreturn ['driver' => 'bcrypt', 'bcrypt' => ['rounds' => 12, 'verify' => true]];\n",
};
const GOOD_ENV = `APP_ENV=production\nAPP_URL=https://shop.acme.io\nAPP_KEY=${KEY}\nSESSION_ENCRYPT=true\nSESSION_SECURE_COOKIE=true\n`;

async function appOf(env: string | undefined, files: Readonly<Record<string, string>> = {}): Promise<App> {
  const all = memoryFiles({ ...TREE, ...files });
  const sources: readonly EnvSource[] = env === undefined ? [] : [{ kind: 'file', name: '.env', content: Buffer.from(env), complete: true }];
  return {
    target: 'production', tlsAt: 'app', todayMs: Date.parse('2026-12-01T12:00:00Z'), laravel: await readApp({ files: all, sources }),
    repository: createRepository({ files: all, prefix: '', tracked: new Set(Object.keys({ ...TREE, ...files })), foreign: new Set() }),
  };
}

const options: LintOptions = {
  registry, policy: emptyPolicy(), thorough: false, inlineAllowed: true, given: new Set(['env', 'config', 'code', 'composer']), baseline: undefined, wire: new Map(), evidence: [], sources: ['.env'], notices: [],
  gate: { failOn: 'high', failOnNew: 'high', hasBaseline: false, notEvaluable: 'warn', liveInconclusive: 'warn' },
};
const said = (result: LintResult): readonly string[] => result.stood.filter(({ finding }) => finding.severity !== 'info').map(({ finding, standing }) => `${standing.kind} ${finding.severity} ${finding.rule.id} ${finding.subject}`);

describe('a whole run', () => {
  test('a good application passes, and what nobody asked is counted apart', async () => {
    const result = lint(await appOf(GOOD_ENV), options);
    expect(said(result)).toEqual([]);
    expect(result.gate).toMatchObject({ verdict: 'pass', reason: 'ok' });
    expect(resultSchema.parse(resultOf(result)).counts.outcomes.error).toBe(0);
  });

  test('findings turn it red, and the checklists know', async () => {
    const result = lint(await appOf(GOOD_ENV.replace('COOKIE=true', 'COOKIE=false')), options);
    expect(said(result)).toEqual(['open critical FWS-SES-001 session.secure']);
    expect(result.gate).toMatchObject({ verdict: 'fail', reason: 'findings' });
    expect(result.items.week.find(({ item }) => item.id === '5')?.note).toContain('FWS-SES-001 has a finding');
    expect(result.items.audit.find(({ item }) => item.id === '1')).toMatchObject({ state: 'proven' });
  });

  test('without an environment nothing is called a pass, and MET-001 says why', async () => {
    const result = lint(await appOf(undefined), { ...options, sources: [], gate: { ...options.gate, notEvaluable: 'fail' } });
    expect(result.gate).toMatchObject({ verdict: 'inconclusive', reason: 'not-evaluable' });
    expect(result.stood.some(({ finding }) => finding.rule.id === 'FWS-MET-001' && finding.subject === 'no-environment')).toBe(true);
  });

  test('a suppression with a reason and a day counts, one without is MET-002 and the finding stands', async () => {
    const env = GOOD_ENV.replace('COOKIE=true', 'COOKIE=false');
    const run = async (ignore: string): Promise<readonly string[]> => said(lint(await appOf(env), { ...options, policy: readPolicy(ignore) }));
    expect(await run('ignore:\n- {rule: FWS-SES-001, reason: behind a VPN, until: 2027-01-31}')).toEqual(['suppressed critical FWS-SES-001 session.secure']);
    expect(await run('ignore:\n- {rule: FWS-SES-001, reason: behind a VPN}')).toEqual(['open critical FWS-SES-001 session.secure', 'open medium FWS-MET-002 .github/security-lint.yml:FWS-SES-001']);
    expect(await run('attest:\n- {id: mfa, evidence: wiki, owner: ops, until: 2026-01-01}')).toContain('open medium FWS-MET-002 .github/security-lint.yml:mfa');
    expect(() => lint({} as never, { ...options, policy: readPolicy('rules:\n  FWS-SES-007: {max-hours: 3}') })).toThrow('sets options that rules do not take');
  });

  test('a comment on the config line covers what comes from there', async () => {
    const files = { 'config/session.php': TREE['config/session.php'].replace("'same_site' => 'lax',", "'same_site' => null, // fws-ignore FWS-SES-004 until=2027-01-31 -- widget on partner sites") };
    expect(said(lint(await appOf(GOOD_ENV, files), options))).toEqual(['suppressed high FWS-SES-004 session.same_site']);
    expect(said(lint(await appOf(GOOD_ENV, files), { ...options, inlineAllowed: false }))).toEqual(['open high FWS-SES-004 session.same_site', 'open medium FWS-MET-002 config/session.php:FWS-SES-004']);
  });

  test('files and wire are joined: safe in files and unsafe on the wire is drift', async () => {
    const wire = new Map<RuleId, Judgement>([['FWS-SES-001', failed(sampleFinding('session.secure', { severity: 'critical', shown: 'no Secure', trace: [] }))], ['FWS-SES-003', passed('session.http_only')]]);
    const result = lint(await appOf(GOOD_ENV), { ...options, wire });
    expect(result.stood.map(({ finding }) => `${finding.half} ${finding.rule.id}`)).toContain('drift FWS-SES-001');
    expect(result.gate.verdict).toBe('fail');
  });

  test('a cache that is made with the image takes passes away that rest on the environment', async () => {
    const result = lint(await appOf(GOOD_ENV, { Dockerfile: 'FROM php:8.4\nRUN php artisan config:cache\n' }), options);
    expect(result.outcomes.find(({ rule }) => rule.id === 'FWS-SES-001')?.judgement).toMatchObject({ kind: 'not-evaluable', undecided: [{ reason: 'baked-at-build' }] });
    expect(result.outcomes.find(({ rule }) => rule.id === 'FWS-SES-003')?.judgement.kind).toBe('pass');
  });
});

/** Fifty texts that nobody may see, under names of secrets and inside addresses; the files around them are broken in several ways. */
const CANARIES = Array.from({ length: 50 }, (_, index) => `Canary${String(index).padStart(2, '0')}x7Kp2mQv9`);
const NAMES = ['APP_KEY', 'DB_PASSWORD', 'DB_URL', 'REDIS_PASSWORD', 'MAIL_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'JWT_SECRET', 'SENTRY_LARAVEL_DSN', 'AUTH_BYPASS_TOKEN', 'STRIPE_SECRET'];

test('no secret leaves: fifty of them, in good files and in broken ones', async () => {
  const secret = (at: number): string => CANARIES[at] ?? '';
  const env = `${GOOD_ENV.replace(KEY, secret(0))}${NAMES.map((name, at) => `${at % 3 === 0 ? '' : 'export '}X${name}=${secret(at + 1)}\n${name}="${secret(at + 11)}"`).join('\n')}\nDATABASE_URL=mysql://u:${secret(21)}@db/shop\nSESSION_COOKIE=https://u:${secret(22)}@x\nAPP_URL=http://u:${secret(23)}@localhost\n`;
  const files = {
    'config/app.php': TREE['config/app.php'].replace("'cipher' => 'AES-256-CBC'", `'cipher' => 'AES-512', 'previous_keys' => ['${secret(24)}', 'base64:${secret(25)}']`),
    'config/services.php': `<?php return ['stripe' => ['secret' => '${secret(26)}'], 'url' => 'https://a:${secret(27)}@b'];`,
    'config/broken.php': `<?php return ['password' => '${secret(28)}', `,
    'config/auth.php': `<?php return ['bypass' => env('AUTH_BYPASS_TOKEN', '${secret(29)}')];`,
    '.env.example': `APP_KEY=${secret(30)}\nAPP_KEY=base64:${Buffer.from(secret(31).padEnd(32, 'q')).toString('base64')}\nDB_PASSWORD="${secret(32)}\n`,
    'compose.yaml': `services:\n  app:\n    environment:\n      APP_KEY: "${secret(33).padEnd(32, 'z')}"\n      PASSWORD: ${secret(34)}\n`,
    'phpunit.xml': `<env name="APP_KEY" value="${secret(35).padEnd(32, 'y')}"/>`,
    'app/Http/Middleware/Dev.php': `<?php\nif (env('DEV_LOGIN', '${secret(36)}')) { header('X: ${secret(37)}'); }\n`,
    Dockerfile: `FROM php\nENV APP_KEY=${secret(38).padEnd(32, 'w')}\nRUN TOKEN=${secret(39)} php artisan config:cache\n`,
  };
  const broken = [env, `${env}A B=${secret(40)}\n`, `${env}BROKEN="${secret(41)}\n`, `${env}${secret(42)}\n`, CANARIES.slice(43).map((text, at) => `DB_PASSWORD_${at}='${text}`).join('\n')];
  for (const each of broken) {
    const app = await appOf(each, files);
    const written: string[] = [];
    const result = lint(app, { ...options, registry: createRegistry(RULES) });
    const push = (message: string): void => void written.push(message);
    annotate(result, { error: push, warning: push, notice: push } as unknown as Log);
    written.push(
      sarif(result.stood, { rules: RULES, target: 'production', prefix: '', includeSuppressed: true, hasBaseline: true, version: '0.1.0', succeeded: true }).text,
      renderSummary('Lint', { ok: false, sentence: 'x', reason: 'findings' }, lintSections(result)), JSON.stringify(resultOf(result)),
      baselineText(baselineOf(result.stood.map(({ finding }) => finding), '00112233445566778899aabbccddeeff')),
      ...result.stood.flatMap(({ finding }) => (finding.fix?.edits ?? []).map((edit) => unifiedDiff(edit.file, app.repository.text(edit.file) ?? '', [edit], 0))),
    );
    const text = written.join('\n');
    const forms = (canary: string): readonly string[] => [canary, Buffer.from(canary).toString('base64').replace(/=+$/, ''), Buffer.from(canary).toString('hex')];
    expect(CANARIES.filter((canary) => forms(canary).some((form) => text.includes(form)))).toEqual([]);
    expect(result.stood.length).toBeGreaterThan(0);
  }
});
