import { z } from 'zod';
import type { App } from '../../app.ts';
import { isNull, isTruthy, textOf } from '../../decide.ts';
import { setValueFix } from '../../fix/set-value.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';
import { configValue, judgeValue, setting } from '../../subject-value.ts';

/** Names that may be printed: no secret is called so. */
const KNOWN_NAMES = ['production', 'prod', 'live', 'staging', 'stage', 'preview', 'local', 'dev', 'develop', 'development', 'test', 'testing', 'qa', 'uat', 'demo', 'ci'];
/** What code writes that asks for production. */
const ASKS_FOR_PRODUCTION = ['isProduction(', "environment('production'", 'environment("production"', "environment(['production'", "@production"];

export const ENVIRONMENT_OPTIONS = z.strictObject({
  'production-envs': z.array(z.string()).default([]).describe('Other names of production environments'),
  'staging-envs': z.array(z.string()).default(['staging']).describe('Names of staging environments'),
});

export function checkDebug(app: App): Judgement {
  const asked = configValue(app, 'app.debug');
  return judged(judgeValue(app, asked, (value) => (isTruthy(value) ? { severity: 'critical', so: 'so errors show source, queries and settings', remedy: setting(asked, 'false'), fix: setValueFix(app, asked, false, 'safe') } : undefined)), 'there is no app.debug');
}

export function checkDebugDefault(app: App): Judgement {
  const asked = { subject: 'app.debug', value: app.laravel.configWithoutEnv('app.debug'), key: undefined };
  const key = app.laravel.keyOf('app.debug');
  const remedy = key === undefined ? 'Let config/app.php say false.' : `Write \`(bool) env('${key}', false)\` in config/app.php.`;
  return judged(judgeValue(app, asked, (value) => (isTruthy(value) ? { severity: 'high', so: 'even when nobody sets anything', remedy, fix: setValueFix(app, asked, false, 'safe') } : undefined)), 'there is no app.debug');
}

export const checkEnvironment = withOptions(ENVIRONMENT_OPTIONS, (app, options) => {
  const asked = configValue(app, 'app.env');
  const isStaging = app.target === 'staging';
  const wanted = isStaging ? options['staging-envs'] : ['production'];
  const words = [...KNOWN_NAMES, ...options['production-envs'], ...options['staging-envs']].map((name) => name.toLowerCase());
  return judged(judgeValue(app, asked, (value) => {
    const name = textOf(value) ?? '';
    if (wanted.includes(name)) return undefined;
    const good = wanted[0] ?? 'production';
    const remedy = setting(asked, good, `'${good}'`);
    if (isStaging) return { severity: 'high', so: 'and no name of a staging environment', remedy };
    if (!options['production-envs'].includes(name)) return { severity: 'high', so: 'so nothing that asks for production is told yes', remedy, rank: 2 };
    const [asking] = app.laravel.filesWith(ASKS_FOR_PRODUCTION);
    return asking === undefined ? undefined : { severity: 'high', so: `and ${asking} asks for production`, remedy };
  }, { words }), 'there is no app.env');
});

export function checkUrl(app: App): Judgement {
  const asked = configValue(app, 'app.url');
  return judged(judgeValue(app, asked, (value) => {
    const text = textOf(value) ?? '';
    const bad = (so: string, rank: number) => ({ severity: 'medium', so, remedy: asked.key === undefined ? 'Set `app.url` to the https address that users see.' : `Set \`${asked.key}\` to the https address that users see.`, rank }) as const;
    if (isNull(value) || text === '' || !URL.canParse(text)) return bad('which is no address', 3);
    const { protocol, hostname } = new URL(text);
    if (app.target !== 'staging' && isNobodys(hostname)) return bad('which is nobody\'s address', 2);
    return protocol === 'https:' ? undefined : bad('so links lead to http', 1);
  }, { origins: true }), 'there is no app.url');
}

function isNobodys(host: string): boolean {
  return /^(?:localhost|127\.|0\.0\.0\.0$|\[::1\]$)|(?:^|\.)(?:localhost|test|invalid|example)$|(?:^|\.)example\.(?:com|org|net)$/.test(host.toLowerCase());
}

