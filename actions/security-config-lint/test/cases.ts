/** Cases of rules: small applications in test/rules/<id>/{valid,invalid}/<case>/. They are the tests of a rule and the examples on its page. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { memoryFiles, readApp, type EnvSource } from '@ops/laravel/app';
import { z } from 'zod';
import type { App } from '../src/app.ts';
import { createRepository } from '../src/repository.ts';
import { report, type Reported } from '../src/reported.ts';
import type { Judgement } from '../src/judgement.ts';
import type { Rule } from '../src/rule.ts';
import { TARGETS } from '../src/target.ts';
import { locator } from '../src/locator.ts';

const caseSchema = z.strictObject({
  /** One sentence for the page. */
  about: z.string(),
  target: z.enum(TARGETS).default('production'),
  /** Version of laravel/framework in the lock; null for a tree without one. */
  framework: z.string().nullable().default('12.3.0'),
  packages: z.record(z.string(), z.string()).default({}),
  packagesDev: z.record(z.string(), z.string()).default({}),
  /** The real environment, complete unless there is a `.env`; null for no source at all. */
  env: z.record(z.string(), z.string()).nullable().default({}),
  names: z.array(z.string()).default([]),
  tlsAt: z.enum(['auto', 'app', 'proxy']).default('auto'),
  options: z.record(z.string(), z.unknown()).optional(),
  outcome: z.enum(['pass', 'not-applicable', 'not-evaluable', 'fail']).optional(),
  today: z.string().default('2026-12-01'),
});

export type CaseSettings = z.infer<typeof caseSchema>;

export interface Case {
  readonly rule: string;
  readonly kind: 'valid' | 'invalid';
  readonly name: string;
  readonly folder: string;
  readonly settings: CaseSettings;
  /** Path to text, without case.json and findings.json. */
  readonly files: Readonly<Record<string, string>>;
}

export const RULES_FOLDER = join(import.meta.dirname, 'rules');

export function casesOf(rule: string): readonly Case[] {
  return (['valid', 'invalid'] as const).flatMap((kind) => {
    const parent = join(RULES_FOLDER, rule, kind);
    if (!existsSync(parent)) return [];
    return readdirSync(parent).sort().map((name) => readCase(rule, kind, name, join(parent, name)));
  });
}

function readCase(rule: string, kind: Case['kind'], name: string, folder: string): Case {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile() && path !== 'case.json' && path !== 'findings.json');
  const files = Object.fromEntries(paths.sort().map((path) => [relative(folder, join(folder, path)), readFileSync(join(folder, path), 'utf8')]));
  return { rule, kind, name, folder, files, settings: caseSchema.parse(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'))) };
}

/** The application of a case, with other texts for some of its files. */
export async function appOf({ files: own, settings }: Case, changed: Readonly<Record<string, string>> = {}): Promise<App> {
  const files = { ...lockOf(settings, own), ...own, ...changed };
  const isGiven = settings.target !== 'example' && '.env' in files;
  const tracked = new Set(Object.keys(files).filter((file) => !(isGiven && file === '.env')));
  const all = memoryFiles(files);
  return {
    target: settings.target, tlsAt: settings.tlsAt, todayMs: Date.parse(`${settings.today}T12:00:00Z`), composerAudit: own['composer-audit.json'],
    laravel: await readApp({ files: all, sources: sourcesOf(settings, isGiven ? files['.env'] : undefined) }),
    repository: createRepository({ files: all, prefix: '', tracked, foreign: new Set() }),
  };
}

function sourcesOf({ env, names, target }: CaseSettings, file: string | undefined): readonly EnvSource[] {
  if (env === null || (target === 'example' && file === undefined)) return [];
  const hidden: EnvSource[] = names.length === 0 ? [] : [{ kind: 'names', name: 'env-names', names }];
  const given: EnvSource[] = file === undefined ? [] : [{ kind: 'file', name: '.env', content: Buffer.from(file), complete: true }];
  return [{ kind: 'real', name: 'env-json', values: env, complete: file === undefined }, ...hidden, ...given];
}

function lockOf({ framework, packages, packagesDev }: CaseSettings, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (framework === null || 'composer.lock' in files) return {};
  const phpdotenv = Number(framework.split('.')[0]) >= 11 ? '5.6.1' : '5.4.1';
  const list = (all: Readonly<Record<string, string>>): unknown => Object.entries(all).map(([name, version]) => ({ name, version: `v${version}` }));
  return { 'composer.lock': JSON.stringify({ packages: list({ 'laravel/framework': framework, 'vlucas/phpdotenv': phpdotenv, ...packages }), 'packages-dev': list(packagesDev) }) };
}

export interface CaseResult {
  readonly judgement: Judgement;
  readonly findings: readonly Reported[];
}

/** What a rule says about an application. */
export function judgeCase(rule: Rule, app: App, options?: unknown): CaseResult {
  const judgement = rule.check?.(app, options);
  if (judgement === undefined) throw new Error(`${rule.id} has no static half`);
  const found = judgement.kind === 'fail' ? judgement.findings : [];
  return { judgement, findings: report(found.map((finding) => ({ rule, half: 'static', finding })), app.target, locator(app)) };
}

/** A finding as findings.json keeps it. */
export function expectation({ subject, severity, message, remedy, shown, rank, place, trace, fix }: Reported): unknown {
  return JSON.parse(JSON.stringify({ subject, severity, message, remedy, shown, rank, place, trace, fix: fix?.safety }));
}
